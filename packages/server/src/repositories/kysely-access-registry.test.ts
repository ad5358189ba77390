import { join } from 'node:path'

import { expect, onTestFinished, test } from 'vitest'

import { temporaryFolder } from '../../test/fixture.ts'
import { accessRegistryContract } from './access-registry.contract.ts'
import { kyselyAccessRegistry } from './kysely-access-registry.ts'
import { openSqlite } from './open-sqlite.ts'

async function connect(file: string) {
  const database = await openSqlite(file)
  onTestFinished(() => database.destroy())
  return database
}

accessRegistryContract('SQLite', async () => {
  const file = join(await temporaryFolder(), 'homing.sqlite')
  return [kyselyAccessRegistry(await connect(file)), kyselyAccessRegistry(await connect(file))]
})

test('a value that this version does not know closes a model', async () => {
  const database = await connect(join(await temporaryFolder(), 'homing.sqlite'))
  await database.insertInto('model_access').values({ model: 'digits', access: 'staff' }).execute()
  expect(await kyselyAccessRegistry(database).access('digits')).toBe('private')
})

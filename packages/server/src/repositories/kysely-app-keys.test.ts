import { join } from 'node:path'

import { onTestFinished } from 'vitest'

import { temporaryFolder } from '../../test/fixture.ts'
import { appKeyContract } from './app-key-repository.contract.ts'
import { kyselyAppKeys } from './kysely-app-keys.ts'
import { openSqlite } from './open-sqlite.ts'

appKeyContract('SQLite', async () => {
  const file = join(await temporaryFolder(), 'homing.sqlite')
  const connect = async () => {
    const database = await openSqlite(file)
    onTestFinished(() => database.destroy())
    return kyselyAppKeys(database)
  }
  return [await connect(), await connect()]
})

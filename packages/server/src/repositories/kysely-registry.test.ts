import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { sql } from 'kysely'
import { expect, test } from 'vitest'

import { temporaryFolder } from '../../test/fixture.ts'
import { kyselyRegistry } from './kysely-registry.ts'
import { openSqlite } from './open-sqlite.ts'
import { registryContract } from './registry.contract.ts'

registryContract('SQLite', {
  async create() {
    const file = join(await temporaryFolder(), 'homing.sqlite')
    return { connect: async () => kyselyRegistry(await openSqlite(file)) }
  },
})

test('a commit is on the disk: WAL with FULL', async () => {
  const database = await openSqlite(join(await temporaryFolder(), 'homing.sqlite'))
  expect((await sql`pragma journal_mode`.execute(database)).rows).toEqual([{ journal_mode: 'wal' }])
  expect((await sql`pragma synchronous`.execute(database)).rows).toEqual([{ synchronous: 2 }])
  await database.destroy()
})

test('many can open and migrate one new database at once', async () => {
  const file = join(await temporaryFolder(), 'homing.sqlite')
  const databases = await Promise.all(Array.from({ length: 5 }, () => openSqlite(file)))
  for (const database of databases) {
    expect(await database.selectFrom('versions').selectAll().execute()).toEqual([])
    await database.destroy()
  }
})

test('a file that is no database is refused at once', async () => {
  const file = join(await temporaryFolder(), 'homing.sqlite')
  await writeFile(file, 'this is no database, and long enough to be told from an empty one '.repeat(50))
  await expect(openSqlite(file)).rejects.toThrow(/not a database/)
})

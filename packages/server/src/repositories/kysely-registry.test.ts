import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { sql } from 'kysely'
import Libsql from 'libsql'
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

test('a write that found the database busy costs nothing that is written later', async () => {
  const file = join(await temporaryFolder(), 'homing.sqlite')
  const registry = kyselyRegistry(await openSqlite(file, 50))
  const rival = new Libsql(file)
  const version = (number: string) => ({
    model: 'digits',
    version: number,
    engine: 'onnx' as const,
    manifest: { sha256: 'a'.repeat(64), size: 1 },
    publishedAt: '2026-11-23T08:00:00.000Z',
  })
  rival.exec('begin immediate')
  await expect(registry.addVersion(version('1.0.0'))).rejects.toMatchObject({ code: 'SQLITE_BUSY' })
  rival.exec('commit')
  expect(await registry.addVersion(version('1.1.0'))).toMatchObject({ added: true })
  expect(rival.prepare('select version from versions').all()).toMatchObject([{ version: '1.1.0' }])
  await registry.close()
  expect(rival.prepare('select version from versions').all()).toMatchObject([{ version: '1.1.0' }])
  rival.close()
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

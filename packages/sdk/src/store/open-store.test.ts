import { describe, expect, it } from 'vitest'

import { databaseName } from './open-store.ts'

const root = (signed: object, signatures: object[] = []): string => JSON.stringify({ signed, signatures })
const named = (name: unknown, version: number): string =>
  root({ _type: 'root', version, 'x-homing-repository': name })

describe('name of the database', () => {
  it('is that of the repository, whichever of its roots the app ships', async () => {
    expect(await databaseName(named('a', 1))).toBe(await databaseName(named('a', 7)))
    expect(await databaseName(named('a', 1))).not.toBe(await databaseName(named('b', 1)))
    expect(await databaseName(named('a', 1))).toMatch(/^homing-[0-9a-f]{16}$/)
  })

  it('is of the root itself where that names no repository, however its JSON is laid out', async () => {
    const first = { _type: 'root', version: 1 }
    const laidOut = JSON.stringify({ signatures: [], signed: { version: 1, _type: 'root' } }, null, 2)
    expect(await databaseName(root(first))).toBe(await databaseName(laidOut))
    expect(await databaseName(root(first))).not.toBe(await databaseName(root({ ...first, version: 2 })))
  })
})

import { describe, expect, test } from 'vitest'

import type { AppKeyRecord, AppKeyRepository } from './app-key-repository.ts'

const record = (app: string, digit: string, day = 1): AppKeyRecord => ({
  id: digit.repeat(16),
  sha256: digit.repeat(64),
  app,
  origins: ['https://shop.example.org', 'app://shop', 'null'],
  createdAt: `2026-11-0${day}T08:00:00.000Z`,
})

/** The guarantees of `AppKeyRepository`, held by every adapter. `open` gives two connections to one empty database. */
export function appKeyContract(
  name: string,
  open: () => Promise<readonly [AppKeyRepository, AppKeyRepository]>,
): void {
  describe(`${name} as a repository of app keys`, () => {
    test('gives back what was added, by app and time, to every connection', async () => {
      const [one, other] = await open()
      expect(await one.list()).toEqual([])
      await one.add(record('shop', 'b', 2))
      await other.add(record('shop', 'c', 1))
      await other.add(record('cinema', 'a', 3))
      expect(await one.list()).toEqual([
        record('cinema', 'a', 3),
        record('shop', 'c', 1),
        record('shop', 'b', 2),
      ])
    })

    test('takes no hash twice', async () => {
      const [one, other] = await open()
      await one.add(record('shop', 'b'))
      await expect(other.add(record('cinema', 'b'))).rejects.toThrow()
      expect(await one.list()).toHaveLength(1)
    })

    test('revokes for good, and keeps since when', async () => {
      const [one, other] = await open()
      await one.add(record('shop', 'b'))
      const revoked = { ...record('shop', 'b'), revokedAt: '2026-11-20T08:00:00.000Z' }
      expect(await other.revoke('b'.repeat(16), revoked.revokedAt)).toEqual(revoked)
      expect(await one.revoke('b'.repeat(16), '2026-11-21T08:00:00.000Z')).toEqual(revoked)
      expect(await one.list()).toEqual([revoked])
      expect(await one.revoke('c'.repeat(16), revoked.revokedAt)).toBeUndefined()
    })
  })
}

import { describe, expect, test } from 'vitest'

import type { AccessRegistry } from './access-registry.ts'

const hash = (digit: string): string => digit.repeat(64)

/** The guarantees of `AccessRegistry`, held by every adapter. `open` gives two connections to one empty database. */
export function accessRegistryContract(
  name: string,
  open: () => Promise<readonly [AccessRegistry, AccessRegistry]>,
): void {
  describe(`${name} as an access registry`, () => {
    test('knows nothing at first: models are public, blobs nobody’s', async () => {
      const [registry] = await open()
      expect(await registry.access('digits')).toBe('public')
      expect(await registry.hasPrivate()).toBe(false)
      expect(await registry.owners(hash('a'))).toEqual([])
    })

    test('what one connection sets, the other sees at once', async () => {
      const [one, other] = await open()
      await one.setAccess('digits', 'private')
      expect(await other.access('digits')).toBe('private')
      expect(await other.hasPrivate()).toBe(true)
      expect(await other.access('wine')).toBe('public')
      await other.setAccess('digits', 'public')
      expect(await one.access('digits')).toBe('public')
      expect(await one.hasPrivate()).toBe(false)
    })

    test('a blob belongs to every model that was given it, once', async () => {
      const [one, other] = await open()
      await one.setAccess('digits', 'private')
      await one.addFiles('wine', [hash('a'), hash('a')])
      await other.addFiles('digits', [hash('a'), hash('b')])
      await one.addFiles('digits', [hash('b')])
      await one.addFiles('digits', [])
      expect(await one.owners(hash('a'))).toEqual([
        { model: 'digits', access: 'private' },
        { model: 'wine', access: 'public' },
      ])
      expect(await other.owners(hash('b'))).toEqual([{ model: 'digits', access: 'private' }])
    })

    test('takes the files of a large model', async () => {
      const [registry] = await open()
      const many = Array.from({ length: 5_000 }, (_, i) => i.toString(16).padStart(64, '0'))
      await registry.addFiles('large', many)
      expect(await registry.owners(many.at(-1)!)).toEqual([{ model: 'large', access: 'public' }])
    })
  })
}

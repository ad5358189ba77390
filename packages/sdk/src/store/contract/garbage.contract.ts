import { type Manifest, sha256Hex } from '@homing/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'

import type { Store } from '../store.ts'
import { hash, putVersion, rules, someBytes } from './put-version.ts'

const encoder = new TextEncoder()

/** What a store guarantees of what it keeps, and what it collects. `open` gives a fresh, empty one, which adds `overhead` bytes to each blob and piece. */
export function garbageContract(open: () => Promise<Store>, overhead: number): void {
  let store: Store
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

  it('keeps the pieces of a blob that is on its way, and collects all others', async () => {
    const { installed, blobs } = await putVersion(store, 'digits', '1.0.0', 1)
    await store.deleteBlob(blobs[2]!)
    await store.writePiece(blobs[2]!, { start: 0, bytes: someBytes(3, 100) })
    await store.writePiece(hash('a'), { start: 0, bytes: someBytes(4, 50) })
    await store.updateModel('digits', (record) => ({ ...record, downloading: installed }))
    expect(await store.collectGarbage(rules)).toBe(50 + overhead)
    expect(await store.readPieces(blobs[2]!)).toHaveLength(1)
    expect(await store.readPieces(hash('a'))).toEqual([])
  })

  it.each(['active', 'lastGood', 'staged', 'downloading', 'personalised'] as const)(
    'keeps what a record leads to as %s',
    async (role) => {
      const kept = await putVersion(store, 'digits', '1.0.0', 1, overhead)
      const other = await putVersion(store, 'digits', '1.1.0', 40, overhead)
      await store.updateModel('digits', (record) => ({ ...record, [role]: kept.installed }))
      expect(await store.usage()).toBe(kept.size + other.size)
      expect(await store.collectGarbage(rules)).toBe(other.size)
      expect(await store.usage()).toBe(kept.size)
      expect(await store.hasBlobs([...kept.blobs, ...other.blobs])).toEqual(new Set(kept.blobs))
      expect(await store.readManifest(kept.installed.manifestSha256)).toBeDefined()
      expect(await store.readManifest(other.installed.manifestSha256)).toBeUndefined()
      expect(await store.collectGarbage(rules)).toBe(0)
    },
  )

  it('keeps what a live tab serves, though no record leads to it', async () => {
    const served = await putVersion(store, 'digits', '1.0.0', 1, overhead)
    const other = await putVersion(store, 'digits', '1.1.0', 40, overhead)
    const live = new Set([served.installed.manifestSha256])
    expect(await store.collectGarbage({ ...rules, live })).toBe(other.size)
    expect(await store.hasBlobs(served.blobs)).toEqual(new Set(served.blobs))
    expect(await store.collectGarbage(rules)).toBe(served.size)
  })

  it('keeps the last used versions within the budget, and drops the least recently used one first', async () => {
    const versions: Awaited<ReturnType<typeof putVersion>>[] = []
    for (const minor of [0, 1, 2, 3])
      versions.push(
        await putVersion(store, minor % 2 ? 'digits' : 'wine', `1.${minor}.0`, minor * 40, overhead),
      )
    const [active, second, third, fourth] = versions
    await store.updateModel('wine', (record) => ({ ...record, active: active!.installed }))
    const uses = [active!, third!, second!, fourth!].map(({ installed }, time) =>
      store.markUsed(installed.manifestSha256, time),
    )
    await Promise.all(uses)
    const files = 3 * 1003
    const kept = async () => {
      const there = await Promise.all(
        versions.map(async ({ blobs }) => (await store.hasBlobs(blobs)).size === blobs.length),
      )
      return versions.filter((_, index) => there[index])
    }
    expect(await store.collectGarbage({ ...rules, budget: 4 * files })).toBe(0)
    expect(await store.collectGarbage({ ...rules, budget: 4 * files - 1 })).toBe(third!.size)
    expect(await kept()).toEqual([active, second, fourth])
    await store.markUsed(second!.installed.manifestSha256, 9)
    expect(await store.collectGarbage({ ...rules, budget: 2 * files })).toBe(fourth!.size)
    expect(await kept()).toEqual([active, second])
    expect(await store.collectGarbage({ ...rules, budget: files - 1 })).toBe(second!.size)
    expect(await kept()).toEqual([active])
  })

  it('counts a shard that two versions share once against the budget', async () => {
    const active = await putVersion(store, 'digits', '1.1.0', 2)
    const before = await putVersion(store, 'digits', '1.0.0', 1) // shares two of three files
    await store.updateModel('digits', (record) => ({ ...record, active: active.installed }))
    await store.markUsed(before.installed.manifestSha256, 1)
    expect(await store.collectGarbage({ ...rules, budget: 4 * 1003 })).toBe(0)
    expect(await store.collectGarbage({ ...rules, budget: 4 * 1003 - 1 })).toBeGreaterThan(1003)
    expect(await store.hasBlobs([...active.blobs, ...before.blobs])).toEqual(new Set(active.blobs))
  })

  it('keeps no version for its use alone once its manifest is gone', async () => {
    const { installed, blobs } = await putVersion(store, 'digits', '1.0.0', 1)
    await store.markUsed(installed.manifestSha256, 1)
    await store.deleteManifest(installed.manifestSha256)
    expect(await store.collectGarbage({ ...rules, budget: 1e9 })).toBe(3 * (1003 + overhead))
    expect(await store.hasBlobs(blobs)).toEqual(new Set())
  })

  it('keeps a shard that two versions share, and the part of a download that is there', async () => {
    const first = await putVersion(store, 'digits', '1.0.0', 1)
    const next = await putVersion(store, 'digits', '1.1.0', 2) // its graph and first shard are shards of the first
    await store.deleteBlob(next.blobs[2]!)
    await store.updateModel('digits', (record) => ({ ...record, downloading: next.installed }))
    await store.collectGarbage(rules)
    expect(await store.hasBlobs([...first.blobs, ...next.blobs])).toEqual(new Set(next.blobs.slice(0, 2)))
  })

  it('keeps the files that a version can serve without, once they are there', async () => {
    const { manifest, blobs } = await putVersion(store, 'digits', '1.0.0', 1)
    const optional = ['a', 'b', 'c'].map((digit) => ({ sha256: hash(digit), size: 9 }))
    const [training, explanation, document] = optional
    const sections = {
      training: { graph: { file: training } },
      explanation: { graph: explanation },
      card: { document },
    }
    const bytes = encoder.encode(JSON.stringify({ ...manifest, ...sections }))
    const manifestSha256 = await sha256Hex(bytes)
    await store.writeManifest(manifestSha256, bytes)
    for (const { sha256 } of optional) await store.writeBlob(sha256, someBytes(1, 9))
    await store.writeBlob(hash('d'), someBytes(1, 9))
    await store.updateModel('digits', (record) => ({
      ...record,
      active: { version: '1.0.0', manifestSha256 },
    }))
    await store.collectGarbage({
      ...rules,
      parse: (read) => JSON.parse(new TextDecoder().decode(read)) as Manifest,
    })
    const kept = [...blobs, ...optional.map(({ sha256 }) => sha256)]
    expect(await store.hasBlobs([...kept, hash('d')])).toEqual(new Set(kept))
  })

  it('collects no blob while a manifest that a record leads to cannot be read', async () => {
    const good = await putVersion(store, 'digits', '1.0.0', 1)
    await store.writeManifest(hash('f'), encoder.encode('{"format":2}'))
    await store.updateModel('digits', (record) => ({
      ...record,
      active: { version: '2.0.0', manifestSha256: hash('f') },
    }))
    await store.collectGarbage(rules)
    expect(await store.hasBlobs(good.blobs)).toEqual(new Set(good.blobs))
    expect(await store.readManifest(hash('f'))).toBeDefined()
    expect(await store.readManifest(good.installed.manifestSha256)).toBeUndefined()
  })
}

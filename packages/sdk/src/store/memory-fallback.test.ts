import { HomingError, parseManifest } from '@homing/protocol'
import fc from 'fast-check'
import { beforeEach, describe, expect, it } from 'vitest'

import { withMemoryFallback } from './memory-fallback.ts'
import { createMemoryStore } from './memory-store.ts'
import { counted, putVersion } from './contract/put-version.ts'
import { storeContract } from './store.contract.ts'
import type { GarbageRules, Store } from './store.ts'

type Trouble = 'none' | 'full' | 'broken'

/** A real store in the place of the disk, which has no room or breaks on command. */
function createDisk() {
  const inner = createMemoryStore()
  let trouble: Trouble = 'none'
  const adding = new Set<keyof Store>([
    'writeBlob',
    'writePiece',
    'writeManifest',
    'writeMetadata',
    'updateModel',
    'appendEvent',
  ])
  const disk = new Proxy(inner, {
    get: (target, method: keyof Store) => {
      const value = target[method]
      if (typeof value !== 'function' || trouble === 'none' || method === 'close') return value
      if (trouble === 'full' && !adding.has(method)) return value
      const code = trouble === 'full' ? 'STORE_FULL' : 'STORE_UNAVAILABLE'
      return () => Promise.reject(new HomingError(code, `the disk is ${trouble}`))
    },
  })
  return {
    inner,
    disk,
    become: (next: Trouble) => {
      trouble = next
    },
  }
}

const rules: GarbageRules = { parse: (bytes) => parseManifest(bytes), live: new Set(), budget: 0 }
const bytes = Uint8Array.of(1, 2, 3)
const hash = (digit: string) => digit.repeat(64)

storeContract('memory fallback, disk well', () => Promise.resolve(withMemoryFallback(createDisk().disk)))
storeContract('memory fallback, disk full from the start', () => {
  const { disk, become } = createDisk()
  become('full')
  return Promise.resolve(withMemoryFallback(disk))
})

describe('memory fallback', () => {
  let disk: ReturnType<typeof createDisk>
  let store: Store
  beforeEach(() => {
    disk = createDisk()
    store = withMemoryFallback(disk.disk)
  })

  it('says that it is in memory, and why, only once the disk failed', async () => {
    disk.become('full')
    await store.readModel('digits')
    expect(store.reason).toBeUndefined()
    await store.writeBlob(hash('a'), bytes)
    expect(store).toMatchObject({ kind: 'memory', reason: 'the disk is full' })
    disk.become('none')
    await store.writeBlob(hash('b'), bytes)
    expect(await disk.inner.hasBlobs([hash('a'), hash('b')])).toEqual(new Set())
    expect(await store.hasBlobs([hash('a'), hash('b')])).toEqual(new Set([hash('a'), hash('b')]))
  })

  it('serves an update from memory, and leaves the good version on the disk as it was', async () => {
    const good = await putVersion(store, 'digits', '1.0.0', 1)
    await store.updateModel('digits', (record) => ({ ...record, active: good.installed, pinned: '1.0.0' }))
    const onDisk = await disk.inner.readModel('digits')

    disk.become('full')
    const next = await putVersion(store, 'digits', '1.1.0', 40)
    await store.updateModel('digits', (record) => {
      expect(record.active).toEqual(good.installed)
      return { ...record, active: next.installed, lastGood: record.active!, pinned: '2.0.0' }
    })
    expect(await store.collectGarbage(rules)).toBe(0)
    expect((await store.readModel('digits'))?.active).toEqual(next.installed)
    expect(await store.hasBlobs([...good.blobs, ...next.blobs])).toEqual(
      new Set([...good.blobs, ...next.blobs]),
    )
    expect(await store.usage()).toBe(good.size * 2 + next.size - good.size + memoryCopyOfManifest(good))

    expect(await disk.inner.readModel('digits')).toEqual(onDisk)
    expect(await disk.inner.hasBlobs(good.blobs)).toEqual(new Set(good.blobs))
    expect(await disk.inner.readManifest(good.installed.manifestSha256)).toBeDefined()
  })

  /** Judging garbage in memory takes the manifests of the disk along. */
  function memoryCopyOfManifest({ size, blobs }: { size: number; blobs: string[] }): number {
    return size - blobs.length * 1003
  }

  it('gives memory back when versions there are replaced, and leaves the disk alone', async () => {
    const good = await putVersion(store, 'digits', '1.0.0', 1)
    await store.updateModel('digits', (record) => ({ ...record, active: good.installed }))
    disk.become('full')
    const second = await putVersion(store, 'digits', '1.1.0', 40)
    await store.updateModel('digits', (record) => ({ ...record, active: second.installed }))
    const third = await putVersion(store, 'digits', '1.2.0', 80)
    await store.updateModel('digits', (record) => ({ ...record, active: third.installed }))
    expect(await store.collectGarbage(rules)).toBe(second.size)
    expect(await store.hasBlobs([...good.blobs, ...second.blobs, ...third.blobs])).toEqual(
      new Set([...good.blobs, ...third.blobs]),
    )
  })

  it('keeps a half-stored download together when the disk fills in its middle', async () => {
    const next = await putVersion(createMemoryStore(), 'digits', '1.1.0', 40)
    await store.updateModel('digits', (record) => ({ ...record, downloading: next.installed }))
    disk.become('full')
    await putVersion(store, 'digits', '1.1.0', 40)
    expect(await store.collectGarbage(rules)).toBe(0)
    expect(await store.hasBlobs(next.blobs)).toEqual(new Set(next.blobs))
  })

  it('loses no concurrent change of a record while it moves to memory', async () => {
    await store.updateModel('digits', (record) => ({ ...record, pinned: '100.0.0' }))
    disk.become('full')
    await Promise.all(Array.from({ length: 10 }, () => store.updateModel('digits', counted)))
    expect((await store.readModel('digits'))?.pinned).toBe('110.0.0')
  })

  it('merges events of the disk and of memory', async () => {
    await store.appendEvent({ event: 'click', time: 5, fields: {} })
    await store.appendEvent({ event: 'click', time: 1, fields: {} })
    disk.become('full')
    await store.appendEvent({ event: 'click', time: 3, fields: {} })
    expect((await store.readEvents('click', 0)).map(({ time }) => time)).toEqual([1, 3, 5])
    await store.deleteEventsBefore(3)
    expect((await store.readEvents('click', 0)).map(({ time }) => time)).toEqual([3, 5])
  })

  it('deletes a spoiled blob from the disk also when that is full', async () => {
    await store.writeBlob(hash('a'), bytes)
    disk.become('full')
    await store.writeBlob(hash('b'), bytes)
    await store.deleteBlob(hash('a'))
    expect(await store.readBlob(hash('a'))).toBeUndefined()
    expect(await disk.inner.hasBlobs([hash('a')])).toEqual(new Set())
  })

  it('goes on from nothing when the disk breaks while reading', async () => {
    const good = await putVersion(store, 'digits', '1.0.0', 1)
    await store.updateModel('digits', (record) => ({ ...record, active: good.installed }))
    disk.become('broken')
    expect(await store.readBlob(good.blobs[0]!)).toBeUndefined()
    expect(store).toMatchObject({ kind: 'memory', reason: 'the disk is broken' })
    expect(await store.readModel('digits')).toBeUndefined()
    expect(await store.usage()).toBe(0)
    await store.writeBlob(hash('b'), bytes)
    expect(await store.readBlob(hash('b'))).toEqual(bytes)
  })

  it('passes on errors that are not of the disk', async () => {
    const bug = new TypeError('a bug')
    const change = store.updateModel('digits', () => {
      throw bug
    })
    await expect(change).rejects.toBe(bug)
    expect(store.kind).toBe('memory') // the kind of the store that stands in for the disk here
    expect(store.reason).toBeUndefined()
  })

  it('shows every write that resolved, whenever the disk fills', async () => {
    const write = fc.record({ blob: fc.constantFrom('a', 'b', 'c', 'd'), value: fc.nat(255) })
    await fc.assert(
      fc.asyncProperty(fc.array(write, { maxLength: 20 }), fc.nat(20), async (writes, fillsAt) => {
        const { disk, become } = createDisk()
        const store = withMemoryFallback(disk)
        const expected = new Map<string, number>()
        for (const [index, { blob, value }] of writes.entries()) {
          if (index === fillsAt) become('full')
          await store.writeBlob(hash(blob), Uint8Array.of(value))
          expected.set(blob, value)
        }
        for (const [blob, value] of expected)
          expect(await store.readBlob(hash(blob))).toEqual(Uint8Array.of(value))
      }),
      { numRuns: 50 },
    )
  })
})

describe('a disk that comes back', () => {
  /** A store on a disk that broke, with another one to move over to. */
  async function broken() {
    const before = createDisk()
    const after = createDisk()
    let give!: (disk: Store) => void
    const reopened = new Promise<Store>((resolve) => (give = resolve))
    const kinds: string[] = []
    const store = withMemoryFallback(before.disk, {
      reopen: () => reopened,
      onChange: () => kinds.push(store.reason ?? 'back'),
    })
    before.become('broken')
    const { installed, blobs } = await putVersion(store, 'digits', '1.1.0', 40)
    await store.updateModel('digits', (record) => ({ ...record, active: installed }))
    return { store, after, kinds, installed, blobs, give, comeBack: () => give(after.disk) }
  }
  const settled = () => new Promise((resolve) => setTimeout(resolve, 10))

  it('gets everything, and what it had before is the version to go back to', async () => {
    const { store, after, kinds, installed, blobs, comeBack } = await broken()
    const old = { version: '1.0.0', manifestSha256: hash('a') }
    await after.inner.updateModel('digits', (record) => ({ ...record, active: old, pinned: '1.0.0' }))
    await after.inner.writeMetadata('root', Uint8Array.of(9))
    await store.writeMetadata('root', Uint8Array.of(1))
    await store.writeMetadata('timestamp', Uint8Array.of(2))
    comeBack()
    await settled()
    expect(kinds).toEqual(['the disk is broken', 'back'])
    expect(await after.inner.readModel('digits')).toEqual({
      model: 'digits',
      active: installed,
      lastGood: old,
      pinned: '1.0.0',
      rejected: {},
    })
    expect(await after.inner.hasBlobs(blobs)).toEqual(new Set(blobs))
    expect(await after.inner.readMetadata('root')).toEqual(Uint8Array.of(9)) // never an older one over what was trusted
    expect(await after.inner.readMetadata('timestamp')).toEqual(Uint8Array.of(2))
    await store.writeBlob(hash('c'), bytes)
    expect(await after.inner.hasBlobs([hash('c')])).toEqual(new Set([hash('c')]))
  })

  it('keeps nothing that spoke against the version that serves by now', async () => {
    const { store, after, installed, comeBack } = await broken()
    const { version, manifestSha256 } = installed
    await after.inner.updateModel('digits', (record) => ({
      ...record,
      declined: manifestSha256,
      downloading: { version: '1.2.0', manifestSha256: hash('c') }, // by another tab
      trial: hash('a'),
    }))
    comeBack()
    await settled()
    expect(await store.readModel('digits')).toEqual({
      model: 'digits',
      active: { version, manifestSha256 },
      downloading: { version: '1.2.0', manifestSha256: hash('c') },
      rejected: {},
    })
  })

  it.each([
    ['STORE_FULL', 'is left as it was where it has no room for all, and then used', 0],
    ['STORE_UNAVAILABLE', 'is closed where it breaks again, so that it blocks no upgrade', 1],
  ] as const)('%s: it %s', async (code, _, closings) => {
    const { store, after, blobs, give } = await broken()
    let [written, closed] = [0, 0]
    give({
      ...after.disk,
      writeBlob: (sha256, bytes) =>
        written++ < 2
          ? after.disk.writeBlob(sha256, bytes)
          : Promise.reject(new HomingError(code, 'no more')),
      close: () => Promise.resolve(void closed++),
    })
    await settled()
    expect(written).toBe(3)
    expect(closed).toBe(closings)
    expect(await after.inner.hasBlobs(blobs)).toEqual(new Set())
    expect(store.kind).toBe('memory')
    expect(await store.hasBlobs(blobs)).toEqual(new Set(blobs))
  })

  it('gets also what is written while it is moved to', async () => {
    const { store, after, comeBack } = await broken()
    comeBack()
    const writes = Array.from({ length: 20 }, async (_, index) => {
      for (let turn = 0; turn < index; turn++) await Promise.resolve()
      await store.updateModel('digits', counted)
    })
    await Promise.all(writes)
    await settled()
    expect((await after.inner.readModel('digits'))?.pinned).toBe('20.0.0')
  })

  it('that has no room leaves everything in memory, and is read all the same', async () => {
    const { store, after, installed, blobs, comeBack } = await broken()
    await after.inner.writeBlob(hash('c'), bytes)
    after.become('full')
    comeBack()
    await settled()
    expect(store.kind).toBe('memory')
    expect((await store.readModel('digits'))?.active).toEqual(installed)
    expect(await store.hasBlobs([...blobs, hash('c')])).toEqual(new Set([...blobs, hash('c')]))
  })

  it('that breaks again while it is moved to leaves everything in memory', async () => {
    const { store, after, installed, blobs, comeBack } = await broken()
    after.become('broken')
    comeBack()
    await settled()
    expect(store.kind).toBe('memory')
    expect((await store.readModel('digits'))?.active).toEqual(installed)
    expect(await store.hasBlobs(blobs)).toEqual(new Set(blobs))
  })

  it('after the store was closed is closed too', async () => {
    const { store, after, comeBack } = await broken()
    await store.close()
    comeBack()
    await settled()
    await expect(after.inner.usage()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  })
})

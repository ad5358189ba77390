import { HomingError, type Manifest, parseManifest, sha256Hex } from '@homing/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { GarbageRules, ModelRecord, Store } from './store.ts'

const encoder = new TextEncoder()

/** Bytes of every value, of a length that is no power of two. */
function someBytes(seed: number, length = 1003): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + seed * 7) % 256)
}

/** A small version with two shards, all of it in `store`. */
export async function putVersion(store: Store, model: string, version: string, seed: number, overhead = 0) {
  const [graph, first, second] = [someBytes(seed), someBytes(seed + 1), someBytes(seed + 2)]
  const ref = async (bytes: Uint8Array<ArrayBuffer>) => ({
    sha256: await sha256Hex(bytes),
    size: bytes.byteLength,
  })
  const shards = [await ref(first), await ref(second)]
  const manifest: Manifest = {
    format: 1,
    model,
    version,
    engine: 'onnx',
    graph: await ref(graph),
    parameters: { path: 'parameters.bin', size: first.byteLength + second.byteLength, shards, tensors: [] },
    signature: {
      inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
    },
  }
  const bytes = encoder.encode(JSON.stringify(manifest))
  const manifestSha256 = await sha256Hex(bytes)
  await store.writeManifest(manifestSha256, bytes)
  const blobs = [manifest.graph.sha256, ...shards.map(({ sha256 }) => sha256)]
  await store.writeBlob(blobs[0]!, graph)
  await store.writeBlob(blobs[1]!, first)
  await store.writeBlob(blobs[2]!, second)
  const size = graph.byteLength + first.byteLength + second.byteLength + bytes.byteLength + 3 * overhead
  return { installed: { version, manifestSha256 }, manifest, blobs, size }
}

/** A record after one more change than `record`: the pinned version counts them. */
export function counted(record: ModelRecord): ModelRecord {
  return { ...record, pinned: `${parseInt(record.pinned ?? '0') + 1}.0.0` }
}

const rules: GarbageRules = { parse: (bytes) => parseManifest(bytes), live: new Set(), budget: 0 }
const hash = (digit: string): string => digit.repeat(64)

/** What every `Store` guarantees. `open` gives a fresh, empty one, which adds `overhead` bytes to each blob and piece. */
export function storeContract(name: string, open: () => Promise<Store>, overhead = 0): void {
  describe(`store contract: ${name}`, () => {
    let store: Store
    beforeEach(async () => {
      store = await open()
    })
    afterEach(() => store.close())

    it.each(['Blob', 'Manifest', 'Metadata'] as const)(
      'gives the bytes of a %s back exactly',
      async (kind) => {
        for (const [index, length] of [0, 1, 1003, 1_048_577].entries()) {
          const bytes = someBytes(index, length)
          await store[`write${kind}`](hash(String(index)), bytes)
          const read = await store[`read${kind}`](hash(String(index)))
          expect(read?.byteLength).toBe(length)
          expect(await sha256Hex(read!)).toBe(await sha256Hex(bytes))
        }
      },
    )

    it.each(['Blob', 'Manifest', 'Metadata'] as const)(
      'keeps a %s apart from what callers do with their bytes',
      async (kind) => {
        const whole = someBytes(1)
        const part = whole.subarray(3, 10)
        await store[`write${kind}`](hash('a'), part)
        whole.fill(0)
        const read = await store[`read${kind}`](hash('a'))
        structuredClone(read, { transfer: [read!.buffer] })
        expect(await store[`read${kind}`](hash('a'))).toEqual(someBytes(1).slice(3, 10))
      },
    )

    it('gives undefined for what is not there', async () => {
      expect(await store.readBlob(hash('a'))).toBeUndefined()
      expect(await store.readManifest(hash('a'))).toBeUndefined()
      expect(await store.readMetadata('timestamp')).toBeUndefined()
      expect(await store.readModel('digits')).toBeUndefined()
      expect(await store.hasBlobs([hash('a')])).toEqual(new Set())
      expect(await store.readEvents('click', 0)).toEqual([])
      expect(await store.usage()).toBe(0)
      await store.deleteBlob(hash('a'))
      await store.deleteManifest(hash('a'))
    })

    it('names the blobs that are there, and forgets deleted ones', async () => {
      await store.writeBlob(hash('a'), someBytes(1))
      await store.writeBlob(hash('b'), someBytes(2))
      expect(await store.hasBlobs([hash('b'), hash('c'), hash('a')])).toEqual(new Set([hash('a'), hash('b')]))
      await store.deleteBlob(hash('a'))
      expect(await store.readBlob(hash('a'))).toBeUndefined()
      expect(await store.hasBlobs([hash('a'), hash('b')])).toEqual(new Set([hash('b')]))
      await store.writeManifest(hash('a'), someBytes(1))
      await store.deleteManifest(hash('a'))
      expect(await store.readManifest(hash('a'))).toBeUndefined()
    })

    it('replaces a blob, and counts it once', async () => {
      await store.writeBlob(hash('a'), someBytes(1, 10))
      await store.writeBlob(hash('a'), someBytes(2, 20))
      await store.writeManifest(hash('b'), someBytes(3, 5))
      expect(await store.readBlob(hash('a'))).toEqual(someBytes(2, 20))
      expect(await store.usage()).toBe(25 + overhead)
    })

    it('replaces metadata by name, and never collects it', async () => {
      await store.writeMetadata('metadata/timestamp', someBytes(1))
      await store.writeMetadata('metadata/snapshot', someBytes(2))
      await store.writeMetadata('metadata/timestamp', someBytes(3))
      expect(await store.usage()).toBe(0)
      await store.collectGarbage(rules)
      expect(await store.readMetadata('metadata/timestamp')).toEqual(someBytes(3))
      expect(await store.readMetadata('metadata/snapshot')).toEqual(someBytes(2))
    })

    it('gives the pieces of a blob back by their start, and where they lie', async () => {
      const [first, second] = [someBytes(1, 10), someBytes(2, 5)]
      const whole = someBytes(3, 20)
      await store.writePiece(hash('a'), { start: 10, bytes: second })
      await store.writePiece(hash('a'), { start: 0, bytes: whole.subarray(4, 14), tag: '"etag"' })
      await store.writePiece(hash('a'), { start: 0, bytes: first, tag: '"other"' })
      await store.writePiece(hash('b'), { start: 3, bytes: second })
      whole.fill(0)
      expect(await store.readPieces(hash('a'))).toEqual([
        { start: 0, bytes: first, tag: '"other"' },
        { start: 10, bytes: second },
      ])
      const spans = await store.listPieces([hash('b'), hash('c'), hash('a')])
      expect(new Set(spans)).toEqual(
        new Set([
          { sha256: hash('a'), start: 0, end: 10 },
          { sha256: hash('a'), start: 10, end: 15 },
          { sha256: hash('b'), start: 3, end: 8 },
        ]),
      )
      expect(await store.hasBlobs([hash('a')])).toEqual(new Set())
      expect(await store.usage()).toBe(20 + 3 * overhead)
    })

    it('drops the pieces of a blob when it is whole, and when it is told to', async () => {
      for (const digit of ['a', 'b', 'c'])
        await store.writePiece(hash(digit), { start: 0, bytes: someBytes(1) })
      await store.writeBlob(hash('a'), someBytes(1, 7))
      await store.deletePieces(hash('b'))
      await store.deletePieces(hash('d'))
      expect(await store.readPieces(hash('a'))).toEqual([])
      expect(await store.readPieces(hash('b'))).toEqual([])
      expect(await store.readPieces(hash('c'))).toHaveLength(1)
      expect(await store.usage()).toBe(7 + 1003 + 2 * overhead)
    })

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

    it('starts a model with an empty record and keeps every field', async () => {
      const installed = { version: '1.0.0', manifestSha256: hash('a') }
      const full: ModelRecord = {
        model: 'digits',
        active: installed,
        lastGood: installed,
        trial: hash('a'),
        declined: hash('b'),
        personalised: installed,
        staged: installed,
        downloading: installed,
        pinned: '1.0.0',
        rejected: { key: { code: 'ENGINE_FAILED', reason: 'it broke' } },
      }
      const changed = await store.updateModel('digits', (record) => {
        expect(record).toEqual({ model: 'digits', rejected: {} })
        return full
      })
      expect(changed).toEqual(full)
      expect(await store.readModel('digits')).toEqual(full)
      expect(await store.readModel('wine')).toBeUndefined()
    })

    it('loses none of many concurrent changes of a record', async () => {
      await Promise.all(Array.from({ length: 25 }, () => store.updateModel('digits', counted)))
      expect((await store.readModel('digits'))?.pinned).toBe('25.0.0')
    })

    it('leaves a record as it was when its change throws, and passes the error on', async () => {
      await store.updateModel('digits', (record) => ({ ...record, pinned: '1.0.0' }))
      const refusal = new HomingError('UPDATE_REFUSED', 'no')
      for (const error of [refusal, new TypeError('a bug')]) {
        const change = store.updateModel('digits', () => {
          throw error
        })
        await expect(change).rejects.toBe(error)
      }
      expect((await store.readModel('digits'))?.pinned).toBe('1.0.0')
      await store.updateModel('digits', (record) => ({ ...record, pinned: '2.0.0' }))
      expect((await store.readModel('digits'))?.pinned).toBe('2.0.0')
    })

    it('gives events of one name by time, equal times as appended', async () => {
      const times = [30, 10, 20, 10, 40]
      for (const [order, time] of times.entries())
        await store.appendEvent({ event: 'click', time, fields: { order } })
      await store.appendEvent({ event: 'clic', time: 15, fields: {} })
      await store.appendEvent({ event: 'click2', time: 15, fields: {} })
      const orders = (await store.readEvents('click', 10)).map(({ fields }) => fields.order)
      expect(orders).toEqual([1, 3, 2, 0, 4])
      expect((await store.readEvents('click', 20)).map(({ time }) => time)).toEqual([20, 30, 40])
      expect(await store.readEvents('click', 41)).toEqual([])
    })

    it('prunes events before a time, of every name', async () => {
      for (const time of [1, 2, 3]) {
        await store.appendEvent({ event: 'a', time, fields: { x: time } })
        await store.appendEvent({ event: 'b', time, fields: {} })
      }
      await store.deleteEventsBefore(3)
      expect(await store.readEvents('a', 0)).toEqual([{ event: 'a', time: 3, fields: { x: 3 } }])
      expect(await store.readEvents('b', 0)).toHaveLength(1)
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

    it('keeps facts by model, kind and key, replaces them, and gives copies', async () => {
      const name = { model: 'digits', kind: 'proof', key: 'wasm' }
      const value = { at: 1, backends: ['wasm'], data: Float32Array.of(1, 2) }
      await store.writeFact(name, value)
      value.data[0] = 9
      await store.writeFact({ ...name, model: 'wine' }, 'wine')
      await store.writeFact({ ...name, kind: 'choice' }, 'choice')
      expect(await store.readFact(name)).toEqual({ ...value, data: Float32Array.of(1, 2) })
      await store.writeFact(name, null)
      expect(await store.readFact(name)).toBeNull()
      expect(await store.readFact({ ...name, model: 'wine' })).toBe('wine')
      expect(await store.readFact({ ...name, kind: 'choice' })).toBe('choice')
      expect(await store.readFact({ ...name, key: 'webgpu' })).toBeUndefined()
    })

    it('keeps the facts of one kind and model that were noted last', async () => {
      const write = (key: string, model = 'digits') => store.writeFact({ model, kind: 'proof', key }, key, 3)
      await write('0', 'wine')
      for (const key of ['a', 'b', 'c', 'a', 'd']) await write(key)
      const read = (key: string) => store.readFact({ model: 'digits', kind: 'proof', key })
      expect(await Promise.all(['a', 'b', 'c', 'd'].map(read))).toEqual(['a', undefined, 'c', 'd'])
      expect(await store.readFact({ model: 'wine', kind: 'proof', key: '0' })).toBe('0')
    })

    it('forgets one model, and nothing that another one needs', async () => {
      const digits = await putVersion(store, 'digits', '1.0.0', 1)
      const wine = await putVersion(store, 'wine', '1.0.0', 2) // its graph and first shard are shards of digits
      for (const { manifest, installed } of [digits, wine]) {
        await store.updateModel(manifest.model, (record) => ({
          ...record,
          active: installed,
          pinned: '1.0.0',
        }))
        await store.writeMetadata(`rollouts/${manifest.model}.json`, someBytes(1))
        await store.markUsed(installed.manifestSha256, 1)
        await store.writeFact({ model: manifest.model, kind: 'proof', key: 'wasm' }, true)
      }
      await store.writeMetadata('metadata/publisher', someBytes(2))
      await store.writeBlob(hash('a'), someBytes(3)) // of a patch, say
      await store.appendEvent({ event: 'visit', time: 1, fields: {} })

      await store.forget({ model: 'digits', parse: parseManifest })
      await store.forget({ model: 'digits', parse: parseManifest })
      expect(await store.readModel('digits')).toBeUndefined()
      expect(await store.readManifest(digits.installed.manifestSha256)).toBeUndefined()
      expect(await store.readMetadata('rollouts/digits.json')).toBeUndefined()
      expect(await store.hasBlobs([...digits.blobs, hash('a')])).toEqual(new Set(wine.blobs.slice(0, 2)))
      expect((await store.readModel('wine'))?.active).toEqual(wine.installed)
      expect(await store.readFact({ model: 'digits', kind: 'proof', key: 'wasm' })).toBeUndefined()
      expect(await store.readFact({ model: 'wine', kind: 'proof', key: 'wasm' })).toBe(true)
      expect(await store.readManifest(wine.installed.manifestSha256)).toBeDefined()
      expect(await store.hasBlobs(wine.blobs)).toEqual(new Set(wine.blobs))
      expect(await store.readMetadata('rollouts/wine.json')).toBeDefined()
      expect(await store.readMetadata('metadata/publisher')).toEqual(someBytes(2))
      expect(await store.readEvents('visit', 0)).toHaveLength(1)
    })

    it('forgets all models and events, also what it cannot read, but not whom to trust', async () => {
      const { installed, blobs } = await putVersion(store, 'digits', '1.0.0', 1)
      await store.updateModel('digits', (record) => ({ ...record, downloading: installed }))
      await store.writeManifest(hash('f'), encoder.encode('{"format":2}'))
      for (const name of ['metadata/root', 'rollouts/digits.json', 'patches/wine/1.0.0.json'])
        await store.writeMetadata(name, someBytes(1))
      await store.appendEvent({ event: 'visit', time: 1, fields: {} })
      await store.writeFact({ model: 'digits', kind: 'proof', key: 'wasm' }, true)
      await store.forget({ parse: parseManifest })
      expect(await store.readFact({ model: 'digits', kind: 'proof', key: 'wasm' })).toBeUndefined()
      expect(await store.readModel('digits')).toBeUndefined()
      expect(await store.hasBlobs(blobs)).toEqual(new Set())
      expect(await store.readEvents('visit', 0)).toEqual([])
      expect(await store.usage()).toBe(0)
      expect(await store.readMetadata('metadata/root')).toBeDefined()
      expect(await store.readMetadata('rollouts/digits.json')).toBeUndefined()
      expect(await store.readMetadata('patches/wine/1.0.0.json')).toBeUndefined()
    })

    it('refuses everything once it is closed, and closes twice', async () => {
      await store.writeBlob(hash('a'), someBytes(1))
      await store.close()
      await store.close()
      const calls = [
        () => store.readBlob(hash('a')),
        () => store.writeBlob(hash('a'), someBytes(1)),
        () => store.readModel('digits'),
        () => store.updateModel('digits', (record) => record),
        () => store.usage(),
      ]
      for (const call of calls) await expect(call()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
    })
  })
}

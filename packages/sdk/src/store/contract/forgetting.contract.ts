import { parseManifest } from '@homing/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'

import type { Store } from '../store.ts'
import { hash, putVersion, someBytes } from './put-version.ts'

const encoder = new TextEncoder()

/** What a store guarantees of what it forgets. `open` gives a fresh, empty one. */
export function forgettingContract(open: () => Promise<Store>): void {
  let store: Store
  beforeEach(async () => {
    store = await open()
  })
  afterEach(() => store.close())

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
}

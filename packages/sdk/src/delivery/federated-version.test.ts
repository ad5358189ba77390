import { canonicalBytes, type FileRef, type Manifest, paths, sha256Hex } from '@homing/protocol'
import { type FaultyRepository, publishSamples, sampleVersion, startFaultyRepository } from '@homing/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { createDocuments } from './documents.ts'
import { requireFrozen } from './federated-version.ts'
import { hastyPlatform } from './hasty-platform.ts'
import { createMapContent, type MapContent } from './map-content.ts'
import { createRepository } from './repository.ts'

/** Each shard of 1,000 bytes: `body` is frozen and fills the first and the half of the second, `head` is trained. */
const tensors = [
  { name: 'body', dtype: 'float32', shape: [375], offset: 0, size: 1500 },
  { name: 'head', dtype: 'float32', shape: [125], offset: 1500, size: 500 },
]
const refOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<FileRef> => ({
  sha256: await sha256Hex(bytes),
  size: bytes.byteLength,
})

describe('a federated version', async () => {
  const sample = await sampleVersion({ model: 'digits', version: '1.0.0' })
  const base: Manifest = {
    ...sample.manifest,
    engine: 'tfjs',
    parameters: { ...sample.manifest.parameters, tensors },
    training: {
      inference: sample.manifest.graph.sha256,
      recipe: { loss: { kind: 'mse' }, optimiser: { kind: 'sgd' }, learningRate: 0.1, batch: 1, epochs: 1 },
      inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
      targets: { name: 't', dtype: 'float32', shape: [1] },
      tensors: ['head'],
    },
  }
  const baseBytes = canonicalBytes(base)
  const listedBase = { version: '1.0.0', manifest: await refOf(baseBytes) }
  const second = sample.parameters.slice(1000)
  /** The second shard with one byte changed. */
  const changed = (at: number): Uint8Array<ArrayBuffer> =>
    second.map((byte, index) => (index === at ? byte ^ 1 : byte))
  const federated = async (
    shard: Uint8Array<ArrayBuffer>,
    change: Partial<Manifest> = {},
  ): Promise<Manifest> => ({
    ...base,
    version: '1.0.1',
    parent: '1.0.0',
    base: '1.0.0',
    parameters: { ...base.parameters, shards: [base.parameters.shards[0]!, await refOf(shard)] },
    ...change,
  })

  let server: FaultyRepository
  let store: MapContent
  const platform = hastyPlatform()
  const open = () =>
    createDocuments({
      repository: server.url,
      root: new TextEncoder().encode(server.root),
      store,
      platform,
      alone: (_name, _signal, work) => work(),
    })
  /** Lists a manifest besides its base; the server signs both, as somebody who stole its key can. */
  const publish = async (manifest: Manifest, path = paths.federatedManifest('digits', manifest.version)) => {
    const bytes = canonicalBytes(manifest)
    const { version } = manifest
    const listed = { version, manifest: await refOf(bytes), base: '1.0.0' }
    server.files.set(paths.manifest('digits', '1.0.0'), baseBytes)
    server.files.set(path, bytes)
    const rollout = {
      format: 1,
      model: 'digits',
      revision: 1,
      champion: version,
      versions: [listed, listedBase],
    }
    server.files.set(paths.rollout('digits'), canonicalBytes(rollout))
    server.sign()
    return listed
  }
  const accept = async (manifest: Manifest) => {
    const documents = open()
    const listed = await publish(manifest)
    await documents.rollout('digits')
    return documents.manifest('digits', listed)
  }

  beforeEach(async () => {
    server = await startFaultyRepository()
    publishSamples(server, [sample])
    store = createMapContent()
  })
  afterEach(() => server.close())

  it('comes with its base, which its publisher has signed', async () => {
    const manifest = await federated(changed(700))
    expect(await accept(manifest)).toEqual({ bytes: canonicalBytes(manifest), manifest, base })
    expect(server.requests.map(({ document }) => document)).toContain('metadata/federated-digits.json')
  })

  it.each<[string, Partial<Manifest>]>([
    ['another graph', { graph: { sha256: 'b'.repeat(64), size: 500 } }],
    [
      'a frozen shard changed',
      { parameters: { ...base.parameters, shards: [...base.parameters.shards].reverse() } },
    ],
    [
      'other inputs',
      { signature: { ...base.signature, inputs: [{ name: 'z', dtype: 'float32', shape: [1] }] } },
    ],
    ['a base that nobody has signed', { base: '0.9.0' }],
    ['no base', {}],
  ])('is refused with %s, though its signature is right', async (what, change) => {
    const { base: _, ...without } = await federated(changed(700))
    const manifest = what === 'no base' ? without : await federated(changed(700), change)
    if (change.graph) manifest.training = { ...base.training!, inference: change.graph.sha256 }
    await expect(accept(manifest)).rejects.toMatchObject({ code: 'VERSION_UNTRUSTED' })
  })

  it('is refused as a version of the publisher, and the other way round', async () => {
    const listed = await publish(await federated(changed(700)))
    const documents = open()
    await documents.rollout('digits')
    const { base: _, ...asPublished } = listed
    await expect(documents.manifest('digits', asPublished)).rejects.toMatchObject({
      code: 'VERSION_UNTRUSTED',
    })
    const asFederated = documents.manifest('digits', { ...listedBase, base: '1.0.0' })
    await expect(asFederated).rejects.toMatchObject({ code: 'VERSION_UNTRUSTED' })
  })

  it('is refused where its model did not opt in', async () => {
    const listed = await publish(await federated(changed(700)))
    server.tuf.targets.get('targets')!.delegations!.roles = server.tuf.targets
      .get('targets')!
      .delegations!.roles.filter(({ name }) => name !== 'federated-digits')
    server.tuf.publish('targets')
    server.write()
    const documents = open()
    await documents.rollout('digits')
    await expect(documents.manifest('digits', listed)).rejects.toMatchObject({ code: 'VERSION_UNTRUSTED' })
  })

  describe('on the bytes of a shard that holds frozen and trained tensors', () => {
    const check = async (shard: Uint8Array<ArrayBuffer>): Promise<void> => {
      const manifest = await federated(shard)
      await store.writeBlob((await refOf(shard)).sha256, shard)
      await requireFrozen(manifest, base, { store, repository: createRepository(server.url, platform) })
    }
    const blobs = () => server.requests.filter(({ path }) => path.startsWith('blobs/')).length

    it.each([500, 700, 999])('takes a change of the trained byte %i', async (at) => {
      await check(changed(at))
      expect(blobs()).toBe(1) // the shard of the base, which the device lacks
    })

    it.each([0, 250, 499])('refuses a change of the frozen byte %i', async (at) => {
      await expect(check(changed(at))).rejects.toMatchObject({ code: 'VERSION_UNTRUSTED' })
    })

    it('takes the base from the device where it is there and whole', async () => {
      const { sha256 } = base.parameters.shards[1]!
      await store.writeBlob(sha256, second)
      await check(changed(700))
      expect(blobs()).toBe(0)
      await store.writeBlob(sha256, changed(3))
      await check(changed(700))
      expect(blobs()).toBe(1)
    })

    it('does not judge a shard that the disk has spoiled', async () => {
      const shard = changed(700)
      const { sha256 } = await refOf(shard)
      await store.writeBlob(sha256, changed(3))
      const manifest = await federated(shard)
      const repository = createRepository(server.url, platform)
      const spoiled = requireFrozen(manifest, base, { store, repository })
      await expect(spoiled).rejects.toMatchObject({ code: 'INTEGRITY_FAILED' })
      expect(await store.readBlob(sha256)).toBeUndefined()
    })
  })
})

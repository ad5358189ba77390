import { type FileRef, type Manifest, paths, sha256Hex } from '@homing/protocol'
import { type FaultyRepository, publishSamples, sampleVersion, startFaultyRepository } from '@homing/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { type DownloadOptions, downloadVersion } from './download-version.ts'
import { hastyPlatform } from './hasty-platform.ts'
import { createMapContent, type MapContent } from './map-content.ts'
import { readSection } from './read-section.ts'
import { createRepository } from './repository.ts'

describe('the files of a section', async () => {
  const sample = await sampleVersion({ model: 'digits', version: '1.1.0' })
  const bytesOf = { training: Uint8Array.of(1, 2, 3), explanation: Uint8Array.of(4, 5) }
  const refOf = async (bytes: Uint8Array<ArrayBuffer>): Promise<FileRef> => ({
    sha256: await sha256Hex(bytes),
    size: bytes.byteLength,
  })
  const refs = { training: await refOf(bytesOf.training), explanation: await refOf(bytesOf.explanation) }
  const manifest = {
    ...sample.manifest,
    training: { graph: { file: refs.training } },
    explanation: { graph: refs.explanation },
  } as unknown as Manifest // only the files matter here
  let server: FaultyRepository
  let store: MapContent
  let options: DownloadOptions

  beforeEach(async () => {
    server = await startFaultyRepository()
    publishSamples(server, [sample])
    for (const section of ['training', 'explanation'] as const)
      server.files.set(paths.blob(refs[section].sha256), bytesOf[section])
    store = createMapContent()
    const platform = hastyPlatform()
    options = { repository: createRepository(server.url, platform), store, platform }
    await downloadVersion(manifest, options)
  })
  afterEach(() => server.close())

  it.each(['training', 'explanation'] as const)(
    'brings the graph of the %s alone to a version that serves, once',
    async (section) => {
      expect(store.blobs.has(refs[section].sha256)).toBe(false)
      server.requests.length = 0
      const files = await readSection(manifest, section, options)
      expect(files.manifest).toBe(manifest)
      expect([...files.graph]).toEqual([...bytesOf[section]])
      expect(Buffer.compare(files.parameters, sample.parameters)).toBe(0)
      expect(server.requests.map(({ path }) => path)).toEqual([paths.blob(refs[section].sha256)])
      server.requests.length = 0
      expect(await readSection(manifest, section, options)).toEqual(files)
      expect(server.requests).toEqual([])
    },
  )

  it('fetches again what was spoiled on the device, graph or shard', async () => {
    await readSection(manifest, 'training', options)
    for (const { sha256 } of [refs.training, manifest.parameters.shards[1]!]) {
      store.blobs.set(sha256, Uint8Array.of(0))
      server.requests.length = 0
      const { graph, parameters } = await readSection(manifest, 'training', options)
      expect([...graph]).toEqual([1, 2, 3])
      expect(Buffer.compare(parameters, sample.parameters)).toBe(0)
      expect(server.requests.map(({ path }) => path)).toEqual([paths.blob(sha256)])
    }
  })

  it('refuses bytes that are not those that the manifest names, and keeps none of them', async () => {
    server.fail(paths.blob(refs.training.sha256), { kind: 'alter', at: 1 })
    await expect(readSection(manifest, 'training', options)).rejects.toMatchObject({
      code: 'INTEGRITY_FAILED',
    })
    expect(store.blobs.has(refs.training.sha256)).toBe(false)
  })

  it('gives the model itself where its engine needs no training graph', async () => {
    const tfjs = { ...manifest, training: {} } as unknown as Manifest
    expect(Buffer.compare((await readSection(tfjs, 'training', options)).graph, sample.graph)).toBe(0)
  })

  it.each([
    ['training', 'homing pack --train'],
    ['explanation', 'homing pack --explain'],
  ] as const)('says how to pack a version that has no section %s', async (section, command) => {
    await expect(readSection(sample.manifest, section, options)).rejects.toMatchObject({
      code: 'TRAINING_UNAVAILABLE',
      message: expect.stringContaining(command),
      details: { model: 'digits', version: '1.1.0', section },
    })
  })
})

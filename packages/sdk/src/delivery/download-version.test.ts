import { HomingError, paths, servingFiles, sha256Hex } from '@homing/protocol'
import { type FaultyRepository, publishSamples, sampleVersion, startFaultyRepository } from '@homing/testkit'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { parallelDownloads } from './config.ts'
import { type DownloadOptions, type DownloadProgress, downloadVersion } from './download-version.ts'
import { hastyPlatform } from './hasty-platform.ts'
import { createMapContent, type MapContent } from './map-content.ts'
import { readStoredManifest, readVersion } from './read-version.ts'
import { createRepository } from './repository.ts'

describe('download and read a version', async () => {
  const sizes = [40_000, 40_000, 40_000, 40_000, 40_000, 40_000, 7]
  const sample = await sampleVersion({ model: 'digits', version: '1.1.0', shards: sizes })
  const refs = servingFiles(sample.manifest)
  const total = refs.reduce((sum, { size }) => sum + size, 0)
  let server: FaultyRepository
  let store: MapContent
  let options: DownloadOptions

  beforeEach(async () => {
    server = await startFaultyRepository()
    publishSamples(server, [sample])
    store = createMapContent()
    const platform = hastyPlatform(10) // on a busy machine an answer may take long
    options = { repository: createRepository(server.url, platform), store, platform }
  })
  afterEach(() => server.close())

  const requestedBlobs = () =>
    server.requests.map(({ path }) => path).filter((path) => path.startsWith('blobs/'))

  it('brings every file once, and reads them back as one parameter file', async () => {
    expect(await downloadVersion(sample.manifest, options)).toEqual({
      version: '1.1.0',
      loaded: total,
      total,
      cached: 0,
    })
    expect(requestedBlobs().sort()).toEqual(refs.map(({ sha256 }) => paths.blob(sha256)).sort())
    const { graph, parameters } = await readVersion(store, sample.manifest)
    expect(Buffer.compare(graph, sample.graph)).toBe(0)
    expect(Buffer.compare(parameters, sample.parameters)).toBe(0)
  })

  it('fetches a shard that occurs twice once', async () => {
    const twin = await sampleVersion({ model: 'digits', version: '2.0.0', shards: [512, 512, 512] })
    const [first] = twin.manifest.parameters.shards
    const shards = [first!, first!, first!]
    const manifest = { ...twin.manifest, parameters: { ...twin.manifest.parameters, shards } }
    publishSamples(server, [twin])
    const progress = await downloadVersion(manifest, options)
    expect(progress.total).toBe(twin.graph.byteLength + 512)
    expect((await readVersion(store, manifest)).parameters.byteLength).toBe(1536)
  })

  it('fetches what lacks only, and counts the rest as cached', async () => {
    const there = refs.slice(0, 4)
    for (const { sha256 } of there) store.blobs.set(sha256, sample.blobs.get(sha256)!)
    const progress = await downloadVersion(sample.manifest, options)
    expect(progress.cached).toBe(there.reduce((sum, { size }) => sum + size, 0))
    expect(requestedBlobs()).toHaveLength(refs.length - there.length)
    server.requests.length = 0
    expect(await downloadVersion(sample.manifest, options)).toMatchObject({ loaded: total, cached: total })
    expect(server.requests).toEqual([])
  })

  it('tells of progress that never falls, from the start to the end, also over a second attempt', async () => {
    for (const { sha256 } of refs) server.fail(paths.blob(sha256), { kind: 'slow', piece: 9_000, every: 3 })
    server.fail(paths.blob(refs[2]!.sha256), { kind: 'reset', after: 30_000 }, 1)
    const told: DownloadProgress[] = []
    await downloadVersion(sample.manifest, { ...options, onProgress: (progress) => told.push(progress) })
    const loaded = told.map((progress) => progress.loaded)
    expect(loaded[0]).toBe(0)
    expect(loaded.at(-1)).toBe(total)
    expect(loaded.length).toBeGreaterThan(4)
    expect(loaded).toEqual([...loaded].sort((a, b) => a - b))
    expect(Math.max(...loaded)).toBe(total)
  })

  it('never fetches more than a few files at a time', async () => {
    let running = 0
    let most = 0
    const { repository } = options
    const counting: DownloadOptions['repository'] = {
      ...repository,
      blob: async (ref, how) => {
        most = Math.max(most, ++running)
        return repository.blob(ref, how).finally(() => running--)
      },
    }
    await downloadVersion(sample.manifest, { ...options, repository: counting })
    expect(most).toBe(parallelDownloads)
  })

  it('keeps what came before a failure, and goes on from there', async () => {
    const bad = refs.at(-1)!
    server.fail(paths.blob(bad.sha256), { kind: 'alter', at: 1 })
    await expect(downloadVersion(sample.manifest, options)).rejects.toMatchObject({
      code: 'INTEGRITY_FAILED',
    })
    expect(store.blobs.has(bad.sha256)).toBe(false)
    const kept = store.blobs.size
    expect(kept).toBeGreaterThan(0)
    server.heal()
    server.requests.length = 0
    await downloadVersion(sample.manifest, options)
    expect(requestedBlobs()).toHaveLength(refs.length - kept)
  })

  it('ends its other downloads before it fails, and writes nothing after', async () => {
    server.fail(paths.blob(refs[0]!.sha256), { kind: 'status', status: 404 })
    for (const { sha256 } of refs.slice(1))
      server.fail(paths.blob(sha256), { kind: 'slow', piece: 1000, every: 20 })
    await expect(downloadVersion(sample.manifest, options)).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' })
    expect(store.blobs.size).toBe(0)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(store.blobs.size).toBe(0)
    expect(new Set(requestedBlobs()).size).toBeLessThanOrEqual(parallelDownloads)
  })

  it('stops when it is aborted', async () => {
    for (const { sha256 } of refs) server.fail(paths.blob(sha256), { kind: 'hang', after: 5 })
    const controller = new AbortController()
    const download = downloadVersion(sample.manifest, { ...options, signal: controller.signal })
    setTimeout(() => controller.abort(), 30)
    await expect(download).rejects.toMatchObject({ code: 'ABORTED' })
    expect(server.requests.length).toBeLessThanOrEqual(parallelDownloads)
  })

  it('passes on what the store says, such as that it is full', async () => {
    const full = new HomingError('STORE_FULL', 'no room')
    const failing = { ...store, writeBlob: () => Promise.reject(full) }
    await expect(downloadVersion(sample.manifest, { ...options, store: failing })).rejects.toBe(full)
  })

  it('stores nothing but intact files whatever goes wrong, and ends whole once all is well', async () => {
    const fault = fc.oneof(
      fc.record({ kind: fc.constant('truncate' as const), after: fc.nat(40_000) }),
      fc.record({ kind: fc.constant('alter' as const), at: fc.nat(39_999) }),
      fc.record({ kind: fc.constant('grow' as const), by: fc.integer({ min: 1, max: 100_000 }) }),
      fc.record({ kind: fc.constant('reset' as const), after: fc.nat(40_000) }),
      fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(403, 404, 429, 500, 503) }),
      fc.constant({ kind: 'html' as const }),
    )
    const faults = fc.array(
      fc.record({ file: fc.nat(refs.length - 1), fault, times: fc.integer({ min: 1, max: 4 }) }),
    )
    await fc.assert(
      fc.asyncProperty(faults, async (faults) => {
        store.blobs.clear()
        server.heal()
        for (const { file, fault, times } of faults) server.fail(paths.blob(refs[file]!.sha256), fault, times)
        await downloadVersion(sample.manifest, options).catch((error: unknown) => {
          expect(error).toBeInstanceOf(HomingError)
        })
        for (const [sha256, bytes] of store.blobs) expect(await sha256Hex(bytes)).toBe(sha256)
        server.heal()
        await downloadVersion(sample.manifest, options)
        expect(
          Buffer.compare((await readVersion(store, sample.manifest)).parameters, sample.parameters),
        ).toBe(0)
      }),
      { numRuns: 15 },
    )
  })

  describe('what spoils on the device', () => {
    beforeEach(async () => {
      await downloadVersion(sample.manifest, options)
    })

    it.each([
      [
        'another byte',
        (bytes: Uint8Array<ArrayBuffer>) => bytes.map((byte, index) => (index === 3 ? byte ^ 1 : byte)),
      ],
      ['an end too early', (bytes: Uint8Array<ArrayBuffer>) => bytes.slice(0, -1)],
      ['nothing', () => new Uint8Array()],
    ])('is found and deleted (%s), so that it alone is fetched again', async (_what, spoil) => {
      const files = [refs[0]!, refs[3]!, refs.at(-1)!].map(({ sha256 }) => ({ sha256, missing: false }))
      for (const { sha256 } of files) store.blobs.set(sha256, spoil(store.blobs.get(sha256)!))
      const reading = readVersion(store, sample.manifest)
      await expect(reading).rejects.toMatchObject({ code: 'INTEGRITY_FAILED', details: { files } })
      for (const { sha256 } of files) expect(store.blobs.has(sha256)).toBe(false)
      server.requests.length = 0
      await downloadVersion(sample.manifest, options)
      expect(requestedBlobs().sort()).toEqual(files.map(({ sha256 }) => paths.blob(sha256)).sort())
      await readVersion(store, sample.manifest)
    })

    it('is named when it lacks', async () => {
      store.blobs.delete(refs[1]!.sha256)
      const details = { files: [{ sha256: refs[1]!.sha256, missing: true }] }
      await expect(readVersion(store, sample.manifest)).rejects.toMatchObject({
        code: 'INTEGRITY_FAILED',
        details,
      })
    })

    it('is refused before it is loaded when it cannot fit into memory', async () => {
      const size = Number.MAX_SAFE_INTEGER
      const manifest = { ...sample.manifest, parameters: { ...sample.manifest.parameters, size } }
      await expect(readVersion(store, manifest)).rejects.toMatchObject({
        code: 'VERSION_UNSUPPORTED',
        details: { reasons: [{ version: '1.1.0' }] },
      })
    })
  })

  describe('stored manifest', () => {
    const { sha256 } = sample.listed.manifest
    const expected = { model: 'digits', version: '1.1.0' }

    it('comes back verified and parsed', async () => {
      await store.writeManifest(sha256, sample.manifestBytes)
      expect((await readStoredManifest(store, sha256, expected)).manifest).toEqual(sample.manifest)
      const other = { ...expected, version: '1.2.0' }
      await expect(readStoredManifest(store, sha256, other)).rejects.toMatchObject({
        code: 'MANIFEST_INVALID',
      })
    })

    it('is named when it lacks, and deleted when it is spoiled', async () => {
      const reading = () => readStoredManifest(store, sha256, expected)
      await expect(reading()).rejects.toMatchObject({
        code: 'INTEGRITY_FAILED',
        details: { files: [{ missing: true }] },
      })
      await store.writeManifest(sha256, sample.manifestBytes.slice(1))
      await expect(reading()).rejects.toMatchObject({
        code: 'INTEGRITY_FAILED',
        details: { files: [{ missing: false }] },
      })
      expect(await store.readManifest(sha256)).toBeUndefined()
    })
  })
})

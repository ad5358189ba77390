import { HomingError, paths, servingFiles, sha256Hex } from '@homing/protocol'
import {
  type FaultyRepository,
  publishSamples,
  type RangeBehaviour,
  sampleVersion,
  startFaultyRepository,
} from '@homing/testkit'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { maxSpoiledCopies, parallelDownloads, pieceSize } from './config.ts'
import { type DownloadOptions, type DownloadProgress, downloadVersion } from './download-version.ts'
import { hastyPlatform } from './hasty-platform.ts'
import { createMapContent, type MapContent } from './map-content.ts'
import type { DeliveryPlatform } from './ports.ts'
import { createRepository } from './repository.ts'

const mebibyte = 2 ** 20

describe('a download that is cut', async () => {
  const size = 3 * mebibyte
  const sample = await sampleVersion({ model: 'digits', version: '1.0.0', shards: [size] })
  const shard = sample.manifest.parameters.shards[0]!
  const path = paths.blob(shard.sha256)
  let server: FaultyRepository
  let store: MapContent
  let options: DownloadOptions

  beforeEach(async () => {
    server = await startFaultyRepository()
    publishSamples(server, [sample])
    store = createMapContent()
    const platform = hastyPlatform(10) // much is read here, on machines that do more than this
    options = { repository: createRepository(server.url, platform), store, platform }
  })
  afterEach(() => server.close())

  const requests = () => server.requests.filter((request) => request.path === path)
  const sent = () => requests().reduce((sum, request) => sum + request.sent, 0)
  /** Where the device waits in vain. */
  const hasten = () => {
    const platform = hastyPlatform()
    options = { repository: createRepository(server.url, platform), store, platform }
  }
  const download = (more: Partial<DownloadOptions> = {}) =>
    downloadVersion(sample.manifest, { ...options, ...more })
  /** As a tab that is closed in the middle: some of the shard is kept, and nothing else is left. */
  const leave = async (after: number): Promise<void> => {
    server.fail(path, { kind: 'hang', after })
    const tab = new AbortController()
    const onProgress = ({ loaded }: DownloadProgress): void => {
      if (loaded >= after) tab.abort()
    }
    await expect(download({ signal: tab.signal, onProgress })).rejects.toMatchObject({ code: 'ABORTED' })
    server.heal()
    server.requests.length = 0
  }
  const expectWhole = async () => {
    expect(await sha256Hex(store.blobs.get(shard.sha256)!)).toBe(shard.sha256)
    expect(store.pieces.size).toBe(0)
  }

  it('goes on from the very byte, on condition that the file is the same', async () => {
    server.fail(path, { kind: 'reset', after: 1_000_000 }, 1)
    await download()
    await expectWhole()
    const [, second] = requests()
    const start = Number(/^bytes=(\d+)-$/.exec(second!.headers.range!)![1])
    expect(start).toBeGreaterThan(900_000)
    expect(second!.headers['if-range']).toBe(`"${shard.sha256}"`)
    expect(sent()).toBe(size + 1_000_000 - start)
  })

  it('keeps a piece for every so many bytes while it runs', async () => {
    const kept: number[] = []
    const keeping: MapContent = {
      ...store,
      writePiece: (sha256, piece) => {
        kept.push(piece.bytes.byteLength)
        return store.writePiece(sha256, piece)
      },
    }
    await download({ store: keeping })
    expect(kept.length).toBeGreaterThanOrEqual(size / (2 * pieceSize) - 1)
    for (const bytes of kept) expect(bytes).toBeLessThan(2 * pieceSize)
    expect(parallelDownloads * pieceSize).toBeLessThanOrEqual(mebibyte)
    await expectWhole()
  })

  it('is gone on with in another tab, and counts what was there as cached', async () => {
    await leave(1_500_000)
    const told: DownloadProgress[] = []
    await download({ onProgress: (progress) => told.push(progress) })
    await expectWhole()
    expect(requests()).toHaveLength(1)
    expect(sent()).toBeLessThanOrEqual(size - 1_400_000)
    expect(told[0]!.cached).toBeGreaterThan(1_400_000)
    expect(told[0]!.loaded).toBe(told[0]!.cached)
    expect(told.at(-1)).toMatchObject({ loaded: told[0]!.total, cached: told[0]!.cached })
  })

  it('only needs its hash when every byte came before', async () => {
    const bytes = sample.blobs.get(shard.sha256)!
    await store.writePiece(shard.sha256, { start: 0, bytes: bytes.slice(0, mebibyte) })
    await store.writePiece(shard.sha256, { start: mebibyte - 7, bytes: bytes.slice(mebibyte - 7) })
    await download()
    await expectWhole()
    expect(requests()).toEqual([])
  })

  it('goes on from before a gap', async () => {
    const bytes = sample.blobs.get(shard.sha256)!
    await store.writePiece(shard.sha256, { start: 0, bytes: bytes.slice(0, 1_000) })
    await store.writePiece(shard.sha256, { start: 1_001, bytes: bytes.slice(1_001, mebibyte) })
    await download()
    await expectWhole()
    expect(requests()[0]!.headers.range).toBe('bytes=1000-')
  })

  const spoilt: [string, (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>][] = [
    ['another byte', (bytes) => bytes.slice(0, mebibyte).fill(1, 5, 6).fill(2, 6, 7)],
    ['all of it, spoiled', (bytes) => bytes.map((byte) => byte ^ 1)],
    ['more than there is', (bytes) => new Uint8Array(bytes.byteLength + 1)],
  ]
  it.each(spoilt)('costs one download when the device holds %s', async (_what, spoil) => {
    await store.writePiece(shard.sha256, { start: 0, bytes: spoil(sample.blobs.get(shard.sha256)!) })
    await download()
    await expectWhole()
    expect(requests().length).toBeLessThanOrEqual(2)
    expect(requests().filter(({ headers }) => headers.range === undefined)).toHaveLength(1)
    expect(sent()).toBeLessThan(2 * size)
  })

  const behaviours: RangeBehaviour[] = [
    'honoured',
    'ignored',
    'hidden',
    'retagged',
    'refused',
    'shifted',
    'compressed',
  ]
  it.each(behaviours)('ends whole at a server that answers ranges as "%s"', async (behaviour) => {
    await leave(1_500_000)
    server.answerRanges(behaviour)
    server.fail(path, { kind: 'reset', after: 1_000_000 }, 1)
    await download()
    await expectWhole()
    expect(requests().length).toBeLessThanOrEqual(4)
    expect(sent()).toBeLessThanOrEqual(2 * size + 1_000_000)
  })

  it('asks without a condition where there is no strong tag', async () => {
    server.answerRanges('hidden')
    server.fail(path, { kind: 'reset', after: 1_000_000 }, 1)
    await download()
    expect(requests()[1]!.headers).not.toHaveProperty('if-range')
    expect(requests()[1]!.headers).toHaveProperty('range')
    expect(sent()).toBeLessThan(size + 200_000)
  })

  it('loses nothing to a web page that is answered in the middle', async () => {
    await leave(1_500_000)
    server.fail(path, { kind: 'html' })
    await expect(download()).rejects.toMatchObject({ code: 'RESPONSE_UNEXPECTED' })
    server.heal()
    server.requests.length = 0
    await download()
    await expectWhole()
    expect(sent()).toBeLessThanOrEqual(size - 1_400_000)
  })

  it.each([
    ['stalls', { kind: 'hang', after: 400_000 }] as const,
    ['ends early and says that it is whole', { kind: 'truncate', after: 400_000 }] as const,
  ])('comes whole, bit by bit, from a server that %s each time', async (_what, fault) => {
    hasten()
    server.fail(path, fault, 7)
    await download()
    await expectWhole()
    expect(requests()).toHaveLength(8)
    expect(sent()).toBeLessThan(size + 8 * 66_000)
  })

  it('gives up what drips', async () => {
    hasten()
    server.fail(path, { kind: 'slow', piece: 20, every: 10 })
    await expect(download()).rejects.toMatchObject({ code: 'TIMEOUT' })
  })

  it('does not ask for ever for a copy that is always spoiled', async () => {
    server.fail(path, { kind: 'alter', at: 17 })
    await expect(download()).rejects.toMatchObject({ code: 'INTEGRITY_FAILED' })
    expect(requests()).toHaveLength(maxSpoiledCopies)
    expect(store.pieces.size).toBe(0)
  })

  it('ends when every answer is cut before it brings anything worth it', async () => {
    server.fail(path, { kind: 'reset', after: 100 })
    await expect(download()).rejects.toMatchObject({ code: 'NETWORK_FAILED' })
    expect(requests().length).toBeLessThan(10)
  })
})

describe('20 cuts', async () => {
  const shards = [8, 8, 8, 8].map((mebibytes) => mebibytes * mebibyte)
  const sample = await sampleVersion({ model: 'digits', version: '1.0.0', shards })
  const refs = servingFiles(sample.manifest)
  const total = refs.reduce((sum, { size }) => sum + size, 0)

  it('fetch little again, whether they break connections or end tabs', async () => {
    const server = await startFaultyRepository()
    publishSamples(server, [sample])
    const store = createMapContent()
    let received = 0
    let onBytes = (): void => undefined
    const platform: DeliveryPlatform = {
      ...hastyPlatform(10),
      fetch: async (...request) => {
        const { body, status, headers } = await fetch(...request)
        const count = new TransformStream<Uint8Array, Uint8Array>({
          transform(bytes, next) {
            received += bytes.byteLength
            onBytes()
            next.enqueue(bytes)
          },
        })
        return new Response(body?.pipeThrough(count), { status, headers })
      },
    }
    const options = { repository: createRepository(server.url, platform), store, platform }
    let seed = 12345
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647
    for (let cut = 0; cut < 20; cut++) {
      const tab = new AbortController()
      const most = random() * mebibyte
      if (cut % 2) {
        const { sha256 } = refs[1 + (cut % 4)]!
        server.fail(paths.blob(sha256), { kind: 'reset', after: Math.floor(most / 2) }, 1)
      }
      const before = received
      onBytes = () => {
        if (received - before > most) tab.abort()
      }
      const cutOff = downloadVersion(sample.manifest, { ...options, signal: tab.signal })
      await expect(cutOff).rejects.toMatchObject({ code: 'ABORTED' })
    }
    server.heal()
    await downloadVersion(sample.manifest, options)
    for (const { sha256 } of refs) expect(await sha256Hex(store.blobs.get(sha256)!)).toBe(sha256)
    expect(received - total).toBeLessThan(20 * mebibyte)
    await server.close()
  })
})

describe('resuming', async () => {
  const sizes = [300_000, 700_000, 7]
  const sample = await sampleVersion({ model: 'digits', version: '1.0.0', shards: sizes })
  const refs = servingFiles(sample.manifest)

  it('stores nothing but intact blobs, whatever servers, networks, devices and tabs do, and ends', async () => {
    const server = await startFaultyRepository()
    publishSamples(server, [sample])
    const platform = hastyPlatform()
    const at = fc.nat(700_000)
    const fault = fc.oneof(
      fc.record({ kind: fc.constantFrom('truncate' as const, 'reset' as const), after: at }),
      fc.record({ kind: fc.constant('alter' as const), at }),
      fc.record({ kind: fc.constant('grow' as const), by: fc.integer({ min: 1, max: 100 }) }),
      fc.record({ kind: fc.constant('status' as const), status: fc.constantFrom(403, 416, 429, 503) }),
      fc.constant({ kind: 'html' as const }),
    )
    const behaviour = fc.constantFrom<RangeBehaviour>(
      'honoured',
      'ignored',
      'hidden',
      'retagged',
      'refused',
      'shifted',
      'compressed',
    )
    const visit = fc.record({
      behaviour,
      faults: fc.array(
        fc.record({ file: fc.nat(refs.length - 1), fault, times: fc.integer({ min: 1, max: 3 }) }),
        {
          maxLength: 4,
        },
      ),
      /** The tab ends once so much has come. */
      ends: fc.option(at, { nil: Infinity }),
      /** A byte that turns over in what is kept. */
      turns: fc.option(fc.record({ file: fc.nat(refs.length - 1), at }), { nil: undefined }),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(visit, { minLength: 1, maxLength: 4 }), async (visits) => {
        const store = createMapContent()
        const options = { repository: createRepository(server.url, platform), store, platform }
        for (const { behaviour, faults, ends, turns } of visits) {
          server.heal()
          server.answerRanges(behaviour)
          for (const { file, fault, times } of faults)
            server.fail(paths.blob(refs[file]!.sha256), fault, times)
          const [piece] = turns ? await store.readPieces(refs[turns.file]!.sha256) : []
          if (piece) piece.bytes[turns!.at % piece.bytes.byteLength]! ^= 1
          const tab = new AbortController()
          const onProgress = ({ loaded }: DownloadProgress): void => {
            if (loaded > ends) tab.abort()
          }
          await downloadVersion(sample.manifest, { ...options, signal: tab.signal, onProgress }).catch(
            (error: unknown) => expect(error).toBeInstanceOf(HomingError),
          )
          for (const [sha256, bytes] of store.blobs) expect(await sha256Hex(bytes)).toBe(sha256)
        }
        server.heal()
        await downloadVersion(sample.manifest, options)
        expect(store.blobs.size).toBe(refs.length)
        expect(store.pieces.size).toBe(0)
      }),
      { numRuns: 40 },
    )
    await server.close()
  })
})

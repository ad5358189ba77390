import { type FileRef, type Manifest, servingFiles } from '@homing/protocol'

import { faultPoint } from '../faults/fault-point.ts'
import { progressInterval } from './config.ts'
import { type DownloadGate, openGate, throughGate } from './download-gate.ts'
import { eachFile } from './each-file.ts'
import type { ContentStore, DeliveryPlatform, PieceSpan } from './ports.ts'
import type { ShardPatches } from './patches/shard-patches.ts'
import { keeperOf } from './keeper-of.ts'
import { oneByOne } from './one-by-one.ts'
import type { Repository } from './repository.ts'

/** How far a version is: bytes there, of all bytes, and how many of them were on the device before. */
export interface DownloadProgress {
  readonly version: string
  readonly loaded: number
  readonly total: number
  readonly cached: number
  /** There while nothing is fetched, because the connection costs money. */
  readonly paused?: true
}

/** What a download works with. */
export interface DownloadOptions {
  readonly repository: Repository
  readonly store: ContentStore
  readonly platform: DeliveryPlatform
  /** Makes files of what the device holds of other versions, where that is cheaper than to fetch them. */
  readonly patches?: ShardPatches | undefined
  /** Nothing is fetched while it is closed. */
  readonly gate?: DownloadGate | undefined
  readonly signal?: AbortSignal | undefined
  /** Told at the start, at most every 100 ms, and at the end. `loaded` never falls. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
}

/**
 * Brings every file of a version into the store, those that lack only, a few at a time. What arrives is kept in pieces,
 * and each file as soon as it is whole and verified, so that a closed tab goes on where it was. However large the version,
 * 16 MiB of files are in memory, and the copies of one that is hashed or stored.
 * @throws HomingError of `Repository.blob` and of the store; the other downloads have ended by then.
 */
export async function downloadVersion(
  manifest: Manifest,
  options: DownloadOptions,
): Promise<DownloadProgress> {
  const { repository, store, platform, patches, gate = openGate, signal } = options
  const refs = servingFiles(manifest)
  const there = await store.hasBlobs(refs.map(({ sha256 }) => sha256))
  const missing = refs.filter(({ sha256 }) => !there.has(sha256))
  repository.expect(missing)
  const begun = begunBytes(await store.listPieces(missing.map(({ sha256 }) => sha256)))
  const total = sizeOf(refs)
  const whole = total - sizeOf(missing)
  const cached = whole + [...begun.values()].reduce((sum, bytes) => sum + bytes, 0)
  const tell = teller(platform, (loaded) =>
    options.onProgress?.({
      version: manifest.version,
      loaded,
      total,
      cached,
      ...(loaded === total || gate.isOpen() ? {} : { paused: true }),
    }),
  )

  let stored = whole
  const arriving = new Map(begun)
  const loaded = (): number => stored + [...arriving.values()].reduce((sum, bytes) => sum + bytes, 0)
  tell(loaded(), true)

  const stop = gate.subscribe(() => tell(loaded(), true))
  const inTurn = oneByOne()
  const bring = async (ref: FileRef, memory: ArrayBuffer, signal: AbortSignal): Promise<void> => {
    const onBytes = (received: number): void => {
      arriving.set(ref.sha256, received)
      tell(loaded(), false)
    }
    const bytes =
      (await patches?.make(ref, { signal, onBytes })) ??
      (await repository.blob(ref, { signal, onBytes, keeper: keeperOf(store, ref), memory, inTurn }))
    faultPoint('blob-fetched')
    await inTurn(() => store.writeBlob(ref.sha256, bytes))
    arriving.delete(ref.sha256)
    stored += ref.size
  }
  await eachFile(missing, signal, (ref, memory, signal) =>
    throughGate(gate, signal, (signal) => bring(ref, memory, signal)),
  ).finally(stop)
  tell(total, true)
  return { version: manifest.version, loaded: total, total, cached }
}

/** Passes on what grows, no more often than the interval unless `now`. A second attempt at a file starts below the first. */
function teller(
  platform: DeliveryPlatform,
  tell: (loaded: number) => void,
): (loaded: number, now: boolean) => void {
  let most = -1
  let told = -Infinity
  return (loaded, now) => {
    if (!now && (loaded <= most || platform.now() - told < progressInterval)) return
    most = Math.max(most, loaded)
    told = platform.now()
    tell(most)
  }
}

/** Bytes that are there of each blob, from its first one on. */
function begunBytes(spans: readonly PieceSpan[]): Map<string, number> {
  const begun = new Map<string, number>()
  for (const { sha256, start, end } of spans.toSorted((a, b) => a.start - b.start)) {
    const bytes = begun.get(sha256) ?? 0
    if (start <= bytes) begun.set(sha256, Math.max(bytes, end))
  }
  return begun
}

function sizeOf(refs: readonly FileRef[]): number {
  return refs.reduce((sum, { size }) => sum + size, 0)
}

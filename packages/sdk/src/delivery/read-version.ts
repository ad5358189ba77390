import { type FileRef, HomingError, type Manifest, parseManifest, sha256Hex } from '@homing/protocol'

import type { DownloadProgress } from './download-version.ts'
import { isIntact } from './is-intact.ts'
import type { ContentStore } from './ports.ts'

/** A version as an engine loads it; the bytes belong to the caller. */
export interface StoredVersion {
  readonly manifest: Manifest
  readonly graph: Uint8Array<ArrayBuffer>
  /** The whole parameter file. */
  readonly parameters: Uint8Array<ArrayBuffer>
}

/**
 * The manifest with this hash, from the store.
 * @throws HomingError INTEGRITY_FAILED when it lacks or is spoiled (it is deleted), MANIFEST_INVALID.
 */
export async function readStoredManifest(
  store: ContentStore,
  manifestSha256: string,
  expected: { model: string; version: string },
): Promise<{ bytes: Uint8Array<ArrayBuffer>; manifest: Manifest }> {
  const bytes = await store.readManifest(manifestSha256)
  if (bytes && (await sha256Hex(bytes)) === manifestSha256)
    return { bytes, manifest: parseManifest(bytes, expected) }
  if (bytes) await store.deleteManifest(manifestSha256)
  throw spoiled(`The manifest of ${expected.model} ${expected.version}`, [
    { sha256: manifestSha256, missing: !bytes },
  ])
}

/**
 * Everything that an engine needs of a stored version, verified byte by byte. What is spoiled is deleted, all of it
 * at once, so that one download heals the version. One shard at a time is held beside the parameter file. `onProgress` is
 * told of each file that was read.
 * @throws HomingError INTEGRITY_FAILED with `details.files` ({ sha256, missing }[]), VERSION_UNSUPPORTED.
 */
export async function readVersion(
  store: Pick<ContentStore, 'readBlob' | 'deleteBlob'>,
  manifest: Manifest,
  onProgress?: (progress: DownloadProgress) => void,
): Promise<StoredVersion> {
  const parameters = allocate(manifest)
  const bad: BadFile[] = []
  const tell = readingTeller(manifest, onProgress)
  const graph = await readVerified(store, manifest.graph, bad)
  tell(manifest.graph)
  let offset = 0
  for (const shard of manifest.parameters.shards) {
    const bytes = await readVerified(store, shard, bad)
    if (bytes) parameters.set(bytes, offset)
    tell(shard)
    offset += shard.size
  }
  if (graph && bad.length === 0) return { manifest, graph, parameters }
  throw spoiled(`${manifest.model} ${manifest.version}`, bad)
}

/**
 * The files of a version's probes, verified like the rest of it.
 * @throws HomingError INTEGRITY_FAILED.
 */
export async function readProbes(
  store: Pick<ContentStore, 'readBlob' | 'deleteBlob'>,
  { model, version, probes }: Manifest,
): Promise<{ inputs: Uint8Array<ArrayBuffer>; outputs: Uint8Array<ArrayBuffer> }> {
  const bad: BadFile[] = []
  const inputs = probes && (await readVerified(store, probes.inputs, bad))
  const outputs = probes && (await readVerified(store, probes.outputs, bad))
  if (inputs && outputs) return { inputs, outputs }
  throw spoiled(`${model} ${version}`, bad)
}

/** Tells how much of a version has been read: each file once, as its download counts them. */
function readingTeller(
  manifest: Manifest,
  onProgress: ((progress: DownloadProgress) => void) | undefined,
): (ref: FileRef) => void {
  const { graph, parameters } = manifest
  const left = new Map([graph, ...parameters.shards].map(({ sha256, size }) => [sha256, size]))
  const total = [...left.values()].reduce((sum, size) => sum + size, 0)
  let loaded = 0
  return ({ sha256 }) => {
    loaded += left.get(sha256) ?? 0
    left.delete(sha256)
    onProgress?.({ version: manifest.version, loaded, total, cached: total })
  }
}

interface BadFile {
  readonly sha256: string
  /** Not there at all; else spoiled, and deleted. */
  readonly missing: boolean
}

async function readVerified(
  store: Pick<ContentStore, 'readBlob' | 'deleteBlob'>,
  ref: FileRef,
  bad: BadFile[],
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = await store.readBlob(ref.sha256)
  if (bytes && (await isIntact(ref, bytes))) return bytes
  if (bytes) await store.deleteBlob(ref.sha256)
  bad.push({ sha256: ref.sha256, missing: !bytes })
  return undefined
}

function spoiled(what: string, files: readonly BadFile[]): HomingError {
  const missing = files.filter((file) => file.missing).length
  const problem = `${missing} files are missing, ${files.length - missing} were spoiled and are deleted`
  return new HomingError('INTEGRITY_FAILED', `${what} is not whole on this device: ${problem}`, {
    details: { files },
  })
}

function allocate({ model, version, parameters }: Manifest): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(parameters.size)
  } catch (cause) {
    const reason = `its ${parameters.size} bytes of parameters do not fit into memory`
    const details = { reasons: [{ version, reasons: [reason] }] }
    throw new HomingError('VERSION_UNSUPPORTED', `${model} ${version} cannot run: ${reason}`, {
      cause,
      details,
    })
  }
}

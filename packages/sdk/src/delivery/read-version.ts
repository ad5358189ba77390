import { type FileRef, HomingError, type Manifest, parseManifest, sha256Hex } from '@homing/protocol'

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
 * @throws HomingError INTEGRITY_FAILED when it lacks or is spoiled, MANIFEST_INVALID.
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
  throw spoiled(`The manifest of ${expected.model} ${expected.version}`, manifestSha256, bytes)
}

/**
 * Everything that an engine needs of a stored version, verified byte by byte. What is spoiled is deleted, so that a
 * download fetches that file alone again. One shard at a time is held beside the parameter file.
 * @throws HomingError INTEGRITY_FAILED with `details.sha256` when a file lacks or is spoiled.
 */
export async function readVersion(store: ContentStore, manifest: Manifest): Promise<StoredVersion> {
  const graph = await readVerified(store, manifest.graph)
  const parameters = allocate(manifest)
  let offset = 0
  for (const shard of manifest.parameters.shards) {
    parameters.set(await readVerified(store, shard), offset)
    offset += shard.size
  }
  return { manifest, graph, parameters }
}

async function readVerified(store: ContentStore, ref: FileRef): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await store.readBlob(ref.sha256)
  if (bytes && (await isIntact(ref, bytes))) return bytes
  if (bytes) await store.deleteBlob(ref.sha256)
  throw spoiled(`The file ${ref.sha256}`, ref.sha256, bytes)
}

function spoiled(what: string, sha256: string, bytes: Uint8Array | undefined): HomingError {
  const problem = bytes ? 'was spoiled on the device and is deleted' : 'is not on the device'
  return new HomingError('INTEGRITY_FAILED', `${what} ${problem}`, { details: { sha256, missing: !bytes } })
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

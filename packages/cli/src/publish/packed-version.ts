import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

import {
  allFiles,
  compareVersions,
  type FileRef,
  HomingError,
  type Manifest,
  parseManifest,
  paths,
  sha256Hex,
} from '@homing/protocol'

/** One version in a packed folder. */
export interface PackedVersion {
  readonly manifest: Manifest
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Every file that the manifest names, each once. */
  readonly blobs: readonly FileRef[]
}

/** The versions in a folder that `pack` wrote, by model and from old to new. */
export async function packedVersions(folder: string): Promise<PackedVersion[]> {
  const found: PackedVersion[] = []
  for (const model of await namesIn(join(folder, 'models'))) {
    const versions = await namesIn(join(folder, 'models', model))
    for (const version of versions) found.push(await packedVersion(folder, model, version))
  }
  if (found.length === 0) {
    throw new HomingError(
      'CONFIG_INVALID',
      `There is no packed version in ${folder}: it has no models/<model>/<version>/manifest.json. Run "homing pack" first.`,
    )
  }
  return found.sort((a, b) => compare(a.manifest, b.manifest))
}

/** @throws HomingError VERSION_UNKNOWN when the folder lacks it, MANIFEST_INVALID when it is malformed. */
export async function packedVersion(folder: string, model: string, version: string): Promise<PackedVersion> {
  const bytes = await readWhole(join(folder, paths.manifest(model, version)), (cause) => {
    throw new HomingError('VERSION_UNKNOWN', `${folder} has no ${model} ${version}`, { cause })
  })
  const manifest = parseManifest(bytes, { model, version })
  return { manifest, bytes, blobs: allFiles(manifest) }
}

/**
 * The bytes of a blob, whose size and hash are checked.
 * @throws HomingError BLOB_MISSING, INTEGRITY_FAILED
 */
export async function readBlob(folder: string, { sha256, size }: FileRef): Promise<Uint8Array<ArrayBuffer>> {
  const path = join(folder, paths.blob(sha256))
  const missing = (cause: unknown): never => {
    throw new HomingError('BLOB_MISSING', `${path} is missing. Pack the version again.`, {
      cause,
      details: { missing: [sha256] },
    })
  }
  const found = await stat(path).catch(missing)
  // Before it is read: a file grown to gigabytes should not be.
  if (found.size !== size) refuseBlob(path, `has ${found.size} bytes, and the manifest says ${size}`, sha256)
  const bytes = await readWhole(path, missing)
  const actual = await sha256Hex(bytes)
  if (actual !== sha256) refuseBlob(path, `has the SHA-256 ${actual}`, sha256)
  return bytes
}

function refuseBlob(path: string, problem: string, sha256: string): never {
  throw new HomingError('INTEGRITY_FAILED', `${path} ${problem}. Pack the version again.`, {
    details: { sha256 },
  })
}

async function readWhole(path: string, missing: (cause: unknown) => never): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await readFile(path).catch(missing))
}

async function namesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

function compare(a: Manifest, b: Manifest): number {
  if (a.model !== b.model) return a.model < b.model ? -1 : 1
  return compareVersions(a.version, b.version)
}

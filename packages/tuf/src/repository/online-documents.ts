import { createHash } from 'node:crypto'

import type { MetaFile } from '../metadata/signed-fields.ts'
import type { Snapshot } from '../metadata/snapshot.ts'
import type { TargetFile } from '../metadata/targets.ts'
import type { Timestamp } from '../metadata/timestamp.ts'
import { expiryOf } from './expiry.ts'
import { specVersion } from './initial-documents.ts'

/** A snapshot that names these files: `targets`, and every role that it delegates to. */
export function snapshotOf(
  files: Readonly<Record<string, MetaFile>>,
  version: number,
  now: number,
): Snapshot {
  const meta = Object.fromEntries(Object.entries(files).map(([role, file]) => [`${role}.json`, file]))
  return { _type: 'snapshot', spec_version: specVersion, version, expires: expiryOf('snapshot', now), meta }
}

/** A timestamp that names this snapshot. */
export function timestampOf(snapshot: MetaFile, version: number, now: number): Timestamp {
  const meta = { 'snapshot.json': snapshot }
  return { _type: 'timestamp', spec_version: specVersion, version, expires: expiryOf('timestamp', now), meta }
}

/** What snapshot and timestamp say of a metadata file. */
export function metaFileOf(version: number, bytes: Uint8Array): MetaFile {
  return { version, ...targetFileOf(bytes) }
}

/** What a role says of a target. */
export function targetFileOf(bytes: Uint8Array): TargetFile {
  return { length: bytes.byteLength, hashes: { sha256: createHash('sha256').update(bytes).digest('hex') } }
}

import { HomingError, parseJsonBytes } from '@homing/protocol'
import models from '@tufjs/models'

import { readMetadata } from '../metadata/read-metadata.ts'
import { type Root, RootSchema } from '../metadata/root.ts'
import { type Snapshot, SnapshotSchema } from '../metadata/snapshot.ts'
import { type Targets, TargetsSchema } from '../metadata/targets.ts'
import { type Timestamp, TimestampSchema } from '../metadata/timestamp.ts'

/** What a role signs. */
export type SignedDocument = Root | Targets | Snapshot | Timestamp

/** The documents by their type. */
interface Documents {
  root: Root
  targets: Targets
  snapshot: Snapshot
  timestamp: Timestamp
}

const schemas = {
  root: RootSchema,
  targets: TargetsSchema,
  snapshot: SnapshotSchema,
  timestamp: TimestampSchema,
} as const

/**
 * What a metadata file says, to be changed and signed again: with the fields that this version does not know. Its
 * signatures are not verified.
 * @throws HomingError METADATA_INVALID
 */
export function readDocument<T extends keyof Documents>(
  type: T,
  bytes: Uint8Array,
  what: string = type,
): Documents[T] {
  readMetadata(schemas[type], bytes, what)
  const json = parseJsonBytes(bytes, 'METADATA_INVALID', what)
  const { signed } = json as { signed: Documents[T] }
  return jsonOf(signed) as unknown as Documents[T]
}

/**
 * The document as @tufjs/models writes it. Files go through it one by one: it copies a map once for each of its entries,
 * which takes minutes for the thousands of versions that a repository comes to.
 * @throws HomingError METADATA_INVALID when it is malformed.
 */
export function jsonOf(document: SignedDocument): Json {
  const files = document._type === 'targets' ? document.targets : undefined
  const signed = files ? { ...document, targets: {} } : document
  try {
    const json = { signed, signatures: [] } as unknown as Json
    // The overloads ask for one literal type each.
    const kind = kinds[document._type] as models.MetadataKind.Root
    const written = models.Metadata.fromJSON(kind, json).signed.toJSON()
    return files ? { ...written, targets: filesOf(files) } : written
  } catch (cause) {
    throw new HomingError('METADATA_INVALID', `A ${document._type} document is malformed`, { cause })
  }
}

function filesOf(files: Targets['targets']): Json {
  return Object.fromEntries(
    Object.entries(files).map(([path, file]) => [
      path,
      models.TargetFile.fromJSON(path, file as unknown as Json).toJSON(),
    ]),
  )
}

const kinds = {
  root: models.MetadataKind.Root,
  targets: models.MetadataKind.Targets,
  snapshot: models.MetadataKind.Snapshot,
  timestamp: models.MetadataKind.Timestamp,
} as const

type Json = Parameters<typeof models.Metadata.fromJSON>[1]

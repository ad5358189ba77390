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
  return modelOf(signed).signed.toJSON() as unknown as Documents[T]
}

/** The document as @tufjs/models holds it, with no signature. @throws HomingError METADATA_INVALID when it is malformed. */
export function modelOf(document: SignedDocument): Model {
  const json = { signed: document, signatures: [] } as unknown as Json
  try {
    // The overloads ask for one literal type each.
    return models.Metadata.fromJSON(kinds[document._type] as models.MetadataKind.Root, json)
  } catch (cause) {
    throw new HomingError('METADATA_INVALID', `A ${document._type} document is malformed`, { cause })
  }
}

const kinds = {
  root: models.MetadataKind.Root,
  targets: models.MetadataKind.Targets,
  snapshot: models.MetadataKind.Snapshot,
  timestamp: models.MetadataKind.Timestamp,
} as const

type Json = Parameters<typeof models.Metadata.fromJSON>[1]
type Model = models.Metadata<models.Root | models.Targets | models.Snapshot | models.Timestamp>

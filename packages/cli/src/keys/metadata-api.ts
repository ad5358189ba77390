import { HomingError, type MetadataState, MetadataStateSchema, paths } from '@homing/protocol'
import * as v from 'valibot'

import type { ApiClient } from '../publish/api-client.ts'

/** The roles whose metadata is signed away from the server, in the order in which it takes them. */
export const offlineRoles = ['root', 'targets', 'publisher'] as const

/** A role whose metadata is signed away from the server. */
export type OfflineRole = (typeof offlineRoles)[number]

/** Asks the server for the state of its metadata. */
export function metadataState(api: ApiClient): Promise<MetadataState> {
  return api({ method: 'GET', path: '/v1/metadata' }, MetadataStateSchema)
}

/** Has the server make a new key, unless root does not name its newest yet. */
export function renewOnlineKey(api: ApiClient): Promise<MetadataState> {
  return api({ method: 'POST', path: '/v1/metadata/online-key' }, MetadataStateSchema)
}

/** The newest bytes of a role. @throws HomingError METADATA_MISSING when the server has none. */
export function fetchNewest(api: ApiClient, role: OfflineRole): Promise<Uint8Array<ArrayBuffer>> {
  return api.bytes({ method: 'GET', path: `/v1/metadata/${role}` })
}

/**
 * The bytes of an older root.
 * @throws HomingError METADATA_CONFLICT when it is not served yet: a change of keys is half done
 */
export async function fetchRoot(api: ApiClient, version: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await api.bytes({ method: 'GET', path: `/repository/${paths.metadata('root', version)}` })
  } catch (cause) {
    if (!(cause instanceof HomingError) || cause.details['status'] !== 404) throw cause
    throw new HomingError(
      'METADATA_CONFLICT',
      `Root ${version} is not served yet. Is someone else changing keys? What was interrupted goes on where it began.`,
      { cause },
    )
  }
}

/** Hands signed metadata to the server. @throws HomingError METADATA_CONFLICT when someone else was first. */
export async function putMetadata(
  api: ApiClient,
  role: OfflineRole,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  await api({ method: 'PUT', path: `/v1/metadata/${role}`, body: bytes }, v.unknown())
}

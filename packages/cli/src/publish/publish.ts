import { HomingError } from '@homing/protocol'
import * as v from 'valibot'

import { keySession, type KeySessionOptions } from '../keys/key-session.ts'
import { packedVersions, type PackedVersion } from './packed-version.ts'
import { rollOutNewest } from './rollouts.ts'
import { requireNamed } from './require-named.ts'
import { requireSigners, signManifests } from './sign-manifests.ts'
import { uploadBlobs, type UploadProgress } from './upload-blobs.ts'

/** What to publish, and where. */
export interface PublishOptions extends KeySessionOptions {
  /** Only this model of the folder. */
  readonly model?: string | undefined
  /** Only this version. */
  readonly version?: string | undefined
  /** False leaves what devices get as it is. */
  readonly rollout?: boolean
  readonly onProgress?: (version: { model: string; version: string }, progress: UploadProgress) => void
}

/** One version as it was published. */
export interface PublishedVersion {
  readonly model: string
  readonly version: string
  /** The version that devices get now; absent when nothing was rolled out. */
  readonly champion?: string
  readonly uploadedBytes: number
  readonly uploadedBlobs: number
}

/**
 * Publishes the versions in `folder`, from old to new: uploads the blobs that the server lacks, then the manifests; lists
 * these in metadata that the publisher's key signs on this machine; and rolls out what is newer than the champion.
 * Publishing the same again changes nothing.
 * @throws HomingError CONFIG_INVALID, NEXT_INVALID, INTEGRITY_FAILED, VERSION_EXISTS, KEY_MISSING, UNAUTHORIZED, NETWORK_FAILED and the
 *   like
 */
export async function publish(folder: string, options: PublishOptions): Promise<PublishedVersion[]> {
  const session = keySession(options)
  const { api } = session
  const wanted = (await packedVersions(folder)).filter(
    ({ manifest: { model, version } }) =>
      model === (options.model ?? model) && version === (options.version ?? version),
  )
  if (wanted.length === 0) {
    throw new HomingError(
      'VERSION_UNKNOWN',
      `${folder} has no ${options.model ?? 'model'} ${options.version ?? ''}`.trimEnd(),
    )
  }
  await requireNamed(api, wanted)
  await requireSigners(session, wanted)
  const uploaded: UploadProgress[] = []
  for (const packed of wanted) uploaded.push(await upload(packed))
  await signManifests(session, wanted)
  const published: PublishedVersion[] = []
  for (const [at, { manifest }] of wanted.entries()) {
    const { model, version } = manifest
    const { uploadedBytes, uploadedBlobs } = uploaded[at]!
    const champion = options.rollout === false ? undefined : await rollOutNewest(api, model, version)
    published.push({
      model,
      version,
      uploadedBytes,
      uploadedBlobs,
      ...(champion === undefined ? {} : { champion }),
    })
  }
  return published

  async function upload({
    manifest: { model, version },
    bytes,
    blobs,
  }: PackedVersion): Promise<UploadProgress> {
    const progress = await uploadBlobs(api, folder, blobs, (now) =>
      options.onProgress?.({ model, version }, now),
    )
    await api({ method: 'PUT', path: `/v1/models/${model}/versions/${version}`, body: bytes }, v.unknown())
    return progress
  }
}

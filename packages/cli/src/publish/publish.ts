import { HomingError } from '@homing/protocol'
import * as v from 'valibot'

import { apiClient, type ServerOptions } from './api-client.ts'
import { packedVersions, type PackedVersion } from './packed-version.ts'
import { rollOutNewest } from './rollouts.ts'
import { uploadBlobs, type UploadProgress } from './upload-blobs.ts'

/** What to publish, and where. */
export interface PublishOptions extends ServerOptions {
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
 * Publishes the versions in `folder`, from old to new: uploads the blobs that the server lacks, then the manifest, and
 * rolls it out where it is newer than the champion. Publishing the same again changes nothing.
 * @throws HomingError CONFIG_INVALID, INTEGRITY_FAILED, VERSION_EXISTS, UNAUTHORIZED, NETWORK_FAILED and the like
 */
export async function publish(folder: string, options: PublishOptions): Promise<PublishedVersion[]> {
  const api = apiClient(options)
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
  const published: PublishedVersion[] = []
  for (const packed of wanted) published.push(await publishOne(packed))
  return published

  async function publishOne({
    manifest: { model, version },
    bytes,
    blobs,
  }: PackedVersion): Promise<PublishedVersion> {
    const { uploadedBytes, uploadedBlobs } = await uploadBlobs(api, folder, blobs, (progress) =>
      options.onProgress?.({ model, version }, progress),
    )
    await api({ method: 'PUT', path: `/v1/models/${model}/versions/${version}`, body: bytes }, v.unknown())
    const champion = options.rollout === false ? undefined : await rollOutNewest(api, model, version)
    return { model, version, uploadedBytes, uploadedBlobs, ...(champion === undefined ? {} : { champion }) }
  }
}

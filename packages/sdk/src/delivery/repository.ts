import { type FileRef, HomingError, paths } from '@homing/protocol'

import { maxBlobBytes } from './config.ts'
import type { DeliveryPlatform } from './ports.ts'
import { type BlobOptions, receiveBlob } from './receive-blob.ts'

/**
 * The blobs of a static repository, read only: a hash names each, so they need no signature. Each is verified, tried
 * again where that may help, and ends by itself: no answer and no bytes are waited for without a limit.
 * @throws HomingError ABORTED, NETWORK_FAILED, TIMEOUT, HTTP_STATUS, RATE_LIMITED, RESPONSE_UNEXPECTED.
 */
export interface Repository {
  /** @throws HomingError BLOB_UNKNOWN, INTEGRITY_FAILED. */
  blob(ref: FileRef, options?: BlobOptions): Promise<Uint8Array<ArrayBuffer>>
  /** These are asked for soon. */
  expect(refs: readonly FileRef[]): void
}

/**
 * The repository whose folder is at `baseUrl` (absolute; with or without a slash at its end). `expect` is told the places
 * in it of files that are asked for soon.
 */
export function createRepository(
  baseUrl: string,
  platform: DeliveryPlatform,
  expect: (places: readonly string[]) => void = () => undefined,
): Repository {
  const base = new URL(baseUrl)
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  return {
    expect: (refs) => expect(refs.map(({ sha256 }) => paths.blob(sha256))),
    blob: async (ref, options = {}) => {
      const url = new URL(paths.blob(ref.sha256), base).href
      if (ref.size > maxBlobBytes)
        throw new HomingError(
          'MANIFEST_INVALID',
          `${url} is to have ${ref.size} bytes, more than ${maxBlobBytes}`,
        )
      return receiveBlob(platform, url, ref, options)
    },
  }
}

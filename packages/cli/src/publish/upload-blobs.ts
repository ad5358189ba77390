import { type FileRef, FileRefSchema, MissingBlobsResponseSchema } from '@homing/protocol'

import { uploadConcurrency, uploadTimeoutMs } from '../config.ts'
import type { ApiClient } from './api-client.ts'
import { readBlob } from './packed-version.ts'

/** How far an upload is. */
export interface UploadProgress {
  readonly uploadedBytes: number
  readonly totalBytes: number
  readonly uploadedBlobs: number
  readonly totalBlobs: number
}

/** Uploads those of `blobs` that the server lacks, a few at once. After a break, what arrived is not sent again. */
export async function uploadBlobs(
  api: ApiClient,
  folder: string,
  blobs: readonly FileRef[],
  onProgress: (progress: UploadProgress) => void = () => {},
): Promise<UploadProgress> {
  const body = new TextEncoder().encode(JSON.stringify({ sha256: blobs.map(({ sha256 }) => sha256) }))
  const { missing } = await api(
    { method: 'POST', path: '/v1/blobs/missing', body },
    MissingBlobsResponseSchema,
  )
  const lacking = new Set(missing)
  const queue = blobs.filter(({ sha256 }) => lacking.has(sha256))
  let progress: UploadProgress = {
    uploadedBytes: 0,
    totalBytes: queue.reduce((sum, { size }) => sum + size, 0),
    uploadedBlobs: 0,
    totalBlobs: queue.length,
  }
  onProgress(progress)

  const waiting = queue.values()
  let failed = false
  const worker = async (): Promise<void> => {
    for (const blob of waiting) {
      if (failed) return
      try {
        await uploadBlob(api, folder, blob)
      } catch (error) {
        failed = true
        throw error
      }
      progress = {
        ...progress,
        uploadedBytes: progress.uploadedBytes + blob.size,
        uploadedBlobs: progress.uploadedBlobs + 1,
      }
      onProgress(progress)
    }
  }
  const outcomes = await Promise.allSettled(Array.from({ length: uploadConcurrency }, worker))
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  return progress
}

async function uploadBlob(api: ApiClient, folder: string, blob: FileRef): Promise<void> {
  const body = await readBlob(folder, blob)
  await api(
    {
      method: 'PUT',
      path: `/v1/blobs/${blob.sha256}`,
      body,
      contentType: 'application/octet-stream',
      timeoutMs: uploadTimeoutMs,
    },
    FileRefSchema,
  )
}

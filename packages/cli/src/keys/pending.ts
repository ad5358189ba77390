import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { HomingError } from '@homing/protocol'

import type { ApiClient } from '../publish/api-client.ts'
import { keepDocument } from './key-files.ts'
import { type OfflineRole, offlineRoles, putMetadata } from './metadata-api.ts'

/** Signed metadata on its way to the server. */
export interface SignedFile {
  readonly role: OfflineRole
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * Hands a change to the server, role by role. One of keys lies beside them until all of it has arrived: half of it would
 * leave the server with documents that no longer fit. A publisher's own document stands for itself, and others may publish
 * with these keys at the same time.
 */
export async function submit(api: ApiClient, folder: string, files: readonly SignedFile[]): Promise<void> {
  const [only, ...others] = files
  if (only?.role === 'publisher' && others.length === 0) return putMetadata(api, only.role, only.bytes)
  const pending = pendingIn(folder)
  await rm(`${pending}.new`, { recursive: true, force: true }) // what a crash left
  await mkdir(`${pending}.new`, { recursive: true })
  for (const [at, { role, bytes }] of files.entries())
    await writeFile(join(`${pending}.new`, `${at}.${role}.json`), bytes)
  await rename(`${pending}.new`, pending)
  await finishPending(api, folder)
}

/** Hands over what an earlier run could not; false when there was nothing. What no longer fits is dropped. */
export async function finishPending(api: ApiClient, folder: string): Promise<boolean> {
  const pending = pendingIn(folder)
  const names = await readdir(pending).catch(() => [])
  if (names.length === 0) return false
  const sent = new Map<OfflineRole, Uint8Array>()
  try {
    for (const name of names.sort()) {
      const role = offlineRoles.find((offline) => name.endsWith(`.${offline}.json`))
      if (!role) continue
      const bytes = new Uint8Array(await readFile(join(pending, name)))
      await putMetadata(api, role, bytes)
      sent.set(role, bytes)
    }
  } catch (error) {
    const kept = error instanceof HomingError && !error.code.startsWith('METADATA_')
    if (!kept) await rm(pending, { recursive: true, force: true })
    throw error
  }
  // Only now do devices see it: an app must not bundle a root whose targets are not there yet.
  for (const role of ['root', 'targets'] as const) {
    const bytes = sent.get(role)
    if (bytes) await keepDocument(folder, role, bytes)
  }
  await rm(pending, { recursive: true, force: true })
  return true
}

function pendingIn(folder: string): string {
  return join(folder, 'pending')
}

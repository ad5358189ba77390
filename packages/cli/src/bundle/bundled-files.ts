import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { absent, replaceFile } from '../tuf/folder-store.ts'

/** Beside the files: which of the folder's are the bundle's. */
const listName = 'bundle.json'

/** Places that a bundle may have; nothing else is ever deleted. */
const place = /^(?:metadata|rollouts|models|federated|blobs)\/(?!.*\.\.)[\w.%/-]+$/

/** All places of a bundle, in one order. */
export function bundledFiles(documents: Iterable<string>, blobs: Iterable<string>): string[] {
  return [...documents, ...Array.from(blobs, (sha256) => `blobs/${sha256}`)].sort()
}

/** What an earlier bundle wrote into `folder`; nothing when there was none. */
export async function readFileList(folder: string): Promise<string[]> {
  const bytes = await readFile(join(folder, listName), 'utf8').catch(absent)
  try {
    const { files } = JSON.parse(bytes ?? '{}') as { files?: unknown }
    return Array.isArray(files) ? files.filter((path): path is string => place.test(String(path))) : []
  } catch {
    return [] // not ours
  }
}

export async function writeFileList(folder: string, files: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true })
  await replaceFile(join(folder, listName), Buffer.from(`${JSON.stringify({ files }, undefined, 2)}\n`))
}

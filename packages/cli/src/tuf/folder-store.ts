import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { MetadataStore } from '@homing/tuf'

import { fileName } from './file-name.ts'

/**
 * Metadata in a folder, under names without versions: `root.json`, and `fileName(role).json` for what others delegate to.
 * Files are replaced whole, so a crash leaves the old one or the new one.
 */
export function folderStore(folder: string): MetadataStore {
  const fileOf = (role: string): string => join(folder, `${fileName(role)}.json`)
  return {
    async read(role) {
      const bytes = await readFile(fileOf(role)).catch(absent)
      return bytes && new Uint8Array(bytes)
    },
    async write(role, bytes) {
      await mkdir(folder, { recursive: true })
      await replaceFile(fileOf(role), bytes)
    },
  }
}

/** Writes a file beside its place, and moves it there. */
export async function replaceFile(path: string, bytes: Uint8Array): Promise<void> {
  const draft = `${path}.${randomUUID()}.tmp`
  try {
    await writeFile(draft, bytes)
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { force: true })
    throw error
  }
}

/** Nothing for a file that is not there. */
export function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

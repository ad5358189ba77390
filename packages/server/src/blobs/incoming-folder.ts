import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import type { ByteSource } from './blob-store.ts'

/** Where files grow before they are moved, whole and synced, to their place on the same file system. */
export interface IncomingFolder {
  /**
   * Writes `source` to a new file and moves it to the absolute path `accept` names. When anything throws, `accept`
   * included, the file is removed.
   */
  receive(source: ByteSource, accept: () => string): Promise<void>
  /** Removes files that have not grown for `ageMs`: their upload died with its process. */
  removeStale(ageMs: number): Promise<void>
}

/** Incoming files in `folder`, which exists. */
export function incomingFolder(folder: string): IncomingFolder {
  return {
    async receive(source, accept) {
      const temporary = join(folder, randomUUID())
      try {
        await writeSynced(temporary, source)
        const target = accept()
        await mkdir(dirname(target), { recursive: true })
        await rename(temporary, target)
        await syncFolder(dirname(target))
      } catch (error) {
        await rm(temporary, { force: true })
        throw error
      }
    },

    async removeStale(ageMs) {
      const oldest = Date.now() - ageMs
      for (const name of await readdir(folder)) {
        const file = join(folder, name)
        const modified = (await stat(file).catch(() => undefined))?.mtimeMs
        if (modified !== undefined && modified < oldest) await rm(file, { force: true })
      }
    },
  }
}

async function writeSynced(file: string, source: ByteSource): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    for await (const chunk of source) await handle.appendFile(chunk)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** A rename is durable once the folder that holds the name is synced. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

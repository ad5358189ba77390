import { createHash, type Hash } from 'node:crypto'
import { readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

import { HomingError, paths } from '@homing/protocol'

import type { BlobStore, ByteSource } from './blob-store.ts'
import type { IncomingFolder } from './incoming-folder.ts'

/** A store in `folder`, which any static host can serve as it is; `incoming` is on the same file system, outside it. */
export function directoryBlobStore(folder: string, incoming: IncomingFolder): BlobStore {
  const at = (path: string): string => join(folder, path)
  return {
    async putBlob(sha256, source, maxBytes) {
      const measured = { size: 0, hash: createHash('sha256') }
      await incoming.receive(measure(source, measured, maxBytes), () => {
        const actual = measured.hash.digest('hex')
        if (actual !== sha256) {
          throw new HomingError(
            'INTEGRITY_FAILED',
            `The ${measured.size} bytes sent as blob ${sha256} have the hash ${actual}.`,
            {
              details: { expected: sha256, actual, size: measured.size },
            },
          )
        }
        return at(paths.blob(sha256))
      })
      return measured.size
    },
    write: (path, bytes) => incoming.receive([bytes], () => at(path)),
    read: (path) => unlessAbsent(readFile(at(path))),
    size: async (path) => (await unlessAbsent(stat(at(path))))?.size,
    async remove(path) {
      for (const ending of ['.br', '.gz', '']) await rm(`${at(path)}${ending}`, { force: true })
    },
    check: () => incoming.receive([Buffer.from('ready\n')], () => join(folder, '.ready')),
  }
}

async function* measure(
  source: ByteSource,
  measured: { size: number; hash: Hash },
  maxBytes: number,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    measured.size += chunk.byteLength
    if (measured.size > maxBytes) {
      throw new HomingError('BODY_TOO_LARGE', `A blob has at most ${maxBytes} bytes here.`, {
        details: { maxBytes },
      })
    }
    measured.hash.update(chunk)
    yield chunk
  }
}

async function unlessAbsent<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { HomingError } from '@homing/protocol'
import { type Fetcher, refresh, webFetcher } from '@homing/tuf'
import type { FastifyInstance } from 'fastify'
import { Updater } from 'tuf-js'
import { DownloadHTTPError } from 'tuf-js/dist/error.js'
import { onTestFinished } from 'vitest'

type Bytes = Uint8Array<ArrayBuffer>

/** The file at a place in the static layout; undefined when there is none. */
export type Read = (path: string) => Promise<Bytes | undefined>

/** Reads what a server serves. */
export function reading(app: FastifyInstance): Read {
  return async (path) => {
    const answer = await app.inject(`/repository/${path}`)
    if (answer.statusCode === 404) return undefined
    if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${answer.body}`)
    return new Uint8Array(answer.rawPayload)
  }
}

/** Reads the files that a server wrote, as a plain file server would. */
export function readingFolder(folder: string): Read {
  return async (path) => {
    const bytes = await readFile(join(folder, path)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    })
    return bytes && new Uint8Array(bytes)
  }
}

/** A client with a memory of its own. */
export interface TestClient {
  /** Refreshes, then gives the target; rejects as the client does. */
  download(path: string): Promise<string>
  /** Refreshes. */
  refresh(): Promise<void>
}

const base = 'https://repository.test'

/** The client of `@homing/tuf`, which trusts `root`. */
export function ourClient(read: Read, root: Bytes, now = Date.now): TestClient {
  const fetcher: Fetcher = {
    async fetch(url, maxBytes) {
      const bytes = await read(decodeURIComponent(url.slice(base.length + 1)))
      if (bytes && bytes.byteLength > maxBytes)
        throw new HomingError('METADATA_MISMATCH', `${url} is too long`)
      return bytes
    },
  }
  return clientOver(base, fetcher, root, now)
}

/** The client of `@homing/tuf` over HTTP, from a repository at `url`. */
export function ourHttpClient(url: string, root: Bytes): TestClient {
  return clientOver(url, webFetcher({ fetch, now: () => performance.now() }), root, Date.now)
}

function clientOver(url: string, fetcher: Fetcher, root: Bytes, now: () => number): TestClient {
  const kept = new Map([['root', root]])
  const store = {
    read: (role: string) => Promise.resolve(kept.get(role)),
    write: (role: string, bytes: Bytes) => Promise.resolve(void kept.set(role, bytes)),
  }
  const refreshed = () => refresh({ metadataUrl: `${url}/metadata`, store, fetcher, now })
  return {
    refresh: async () => void (await refreshed()),
    async download(path) {
      const client = await refreshed()
      return Buffer.from(await client.download(path, await client.target(path), url)).toString()
    },
  }
}

/** The client of tuf-js, which trusts `root`. */
export async function tufJsClient(read: Read, root: Bytes): Promise<TestClient> {
  const folder = await mkdtemp(join(tmpdir(), 'homing-tuf-js-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  await writeFile(join(folder, 'root.json'), root)
  const get = async (url: string): Promise<Buffer> => {
    const bytes = await read(decodeURIComponent(url.slice(base.length + 1)))
    if (!bytes) throw new DownloadHTTPError(url, 404)
    return Buffer.from(bytes)
  }
  const updater = () =>
    new Updater({
      metadataDir: folder,
      metadataBaseUrl: `${base}/metadata`,
      targetDir: folder,
      targetBaseUrl: base,
      fetcher: {
        downloadBytes: get,
        async downloadFile(url, _maxLength, handler) {
          const file = join(folder, 'download')
          await writeFile(file, await get(url))
          return handler(file)
        },
      },
    })
  return {
    refresh: () => updater().refresh(),
    async download(path) {
      const client = updater()
      await client.refresh()
      const info = await client.getTargetInfo(path)
      if (!info) throw new Error(`tuf-js finds no ${path}`)
      const file = await client.downloadTarget(info, join(folder, 'target'))
      return readFile(file, 'utf8')
    },
  }
}

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import type { TufRepository } from '@homing/testkit'
import { type Fetcher, Updater } from 'tuf-js'
import { DownloadHTTPError } from 'tuf-js/dist/error.js'

/** The client of tuf-js over a simulated repository, with a folder of its own. */
export interface ReferenceClient {
  /** Whether the target was found after a refresh; rejects when the refresh or the search fails. */
  find(path: string): Promise<boolean>
  /** What it keeps, by role. */
  stored(): Promise<Map<string, string>>
  close(): Promise<void>
}

/** A client of tuf-js that trusts the repository's first root. */
export async function referenceClient(repository: TufRepository): Promise<ReferenceClient> {
  const folder = await mkdtemp(join(tmpdir(), 'homing-tuf-js-'))
  await writeFile(join(folder, 'root.json'), repository.roots[0]!)
  const base = 'https://repository.test/'
  const fetcher: Fetcher = {
    downloadBytes(url, maxLength) {
      const bytes = repository.answer(url.slice(base.length))
      if (!bytes) return Promise.reject(new DownloadHTTPError(url, 404))
      if (bytes.byteLength > maxLength) return Promise.reject(new Error('too long'))
      return Promise.resolve(Buffer.from(bytes))
    },
    downloadFile: () => Promise.reject(new Error('targets are not fetched here')),
  }
  return {
    async find(path) {
      const updater = new Updater({ metadataDir: folder, metadataBaseUrl: base.slice(0, -1), fetcher })
      await updater.refresh()
      return (await updater.getTargetInfo(path)) !== undefined
    },
    async stored() {
      const files = (await readdir(folder)).sort()
      const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
      return new Map(files.map((file, at) => [decodeURIComponent(file.replace(/\.json$/, '')), texts[at]!]))
    },
    close: () => rm(folder, { recursive: true }),
  }
}

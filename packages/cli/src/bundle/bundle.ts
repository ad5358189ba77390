import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

import { type FileRef, HomingError, sha256Hex } from '@homing/protocol'
import { type MetadataStore, refresh } from '@homing/tuf'

import { absent, replaceFile } from '../tuf/folder-store.ts'
import { bundledFiles, readFileList, writeFileList } from './bundled-files.ts'
import { type ModelFiles, modelFiles } from './model-files.ts'
import { type RecordingOptions, recordingFetcher } from './recording-fetcher.ts'

/** Which models are bundled, from where, and into which folder. */
export interface BundleOptions extends Omit<RecordingOptions, 'repository'> {
  /** URL of the published repository: the folder with `metadata/`. */
  readonly repository: string | URL
  /** The root that the app trusts: the bytes of the file that `createClient` takes. */
  readonly root: Uint8Array<ArrayBuffer>
  readonly models: readonly string[]
  /** A folder among the app's files. What an earlier bundle wrote there is replaced; other files are left alone. */
  readonly out: string
  readonly signal?: AbortSignal | undefined
}

/** A version that a bundle holds. */
export interface BundledVersion {
  readonly model: string
  readonly version: string
  /** Of what a device loads of it. */
  readonly bytes: number
}

/**
 * Copies the champions of models, and of those that run after them, out of a published repository, with the metadata that vouches for them, as static files:
 * an app ships the folder and names it in `bundled`. Everything is verified by the app's root, as on a device, and nothing
 * counts as a bundle before all of it is there.
 * @throws HomingError METADATA_*, MODEL_UNKNOWN, INTEGRITY_FAILED, NETWORK_FAILED, HTTP_STATUS, UNAUTHORIZED, CONFIG_INVALID.
 */
export async function bundle(options: BundleOptions): Promise<BundledVersion[]> {
  const { root, models, out, signal } = options
  const repository = new URL(options.repository)
  if (!repository.pathname.endsWith('/')) repository.pathname += '/'
  const recording = recordingFetcher({ ...options, repository: repository.href })
  const client = await refresh({
    metadataUrl: `${repository.href}metadata/`,
    store: memoryStore(root),
    fetcher: recording.fetcher,
    now: Date.now,
    ...(signal ? { signal } : {}),
  })
  const found: ModelFiles[] = []
  const wanted = new Set(models)
  for (const model of wanted) {
    const files = await modelFiles(client, repository.href, model)
    found.push(files)
    for (const follower of files.followers) wanted.add(follower) // a set goes on with what is added to it
  }

  const blobs = new Map(found.flatMap(({ files }) => files).map((file) => [file.sha256, file]))
  const documents = recording.files()
  const folder = resolve(out)
  const before = await readFileList(folder)
  // Without its list a folder is no bundle of ours, and without its timestamp none for a device.
  await rm(join(folder, timestamp), { force: true })
  await writeFileList(folder, [...new Set([...before, ...bundledFiles(documents.keys(), blobs.keys())])])
  for (const file of blobs.values()) await bringBlob(file, folder, recording.blob)
  for (const [path, bytes] of documents) if (path !== timestamp) await put(folder, path, bytes)
  const kept = bundledFiles(documents.keys(), blobs.keys())
  for (const path of before) if (!kept.includes(path)) await rm(join(folder, path), { force: true })
  await writeFileList(folder, kept)
  await put(folder, timestamp, documents.get(timestamp)!)
  return found.map(({ model, version, files }) => ({
    model,
    version,
    bytes: files.reduce((sum, { size }) => sum + size, 0),
  }))
}

const timestamp = 'metadata/timestamp.json'

async function bringBlob(
  { sha256, size }: FileRef,
  folder: string,
  fetchBlob: (path: string, size: number) => Promise<Uint8Array<ArrayBuffer>>,
): Promise<void> {
  const path = `blobs/${sha256}`
  const isRight = async (bytes: Uint8Array<ArrayBuffer>): Promise<boolean> =>
    bytes.byteLength === size && (await sha256Hex(bytes)) === sha256
  const there = await readFile(join(folder, path)).catch(absent)
  if (there && (await isRight(new Uint8Array(there)))) return
  const bytes = await fetchBlob(path, size)
  if (!(await isRight(bytes)))
    throw new HomingError(
      'INTEGRITY_FAILED',
      `The repository's ${path} does not have the bytes that its hash names`,
    )
  await put(folder, path, bytes)
}

async function put(folder: string, path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await replaceFile(join(folder, path), bytes)
}

/** Metadata that is kept for this run alone: a bundle trusts nothing but the app's root. */
function memoryStore(root: Uint8Array<ArrayBuffer>): MetadataStore {
  const kept = new Map([['root', root]])
  return {
    read: (role) => Promise.resolve(kept.get(role)),
    write: (role, bytes) => Promise.resolve(void kept.set(role, bytes)),
  }
}

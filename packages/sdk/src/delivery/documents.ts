import {
  type ErrorCode,
  HomingError,
  isModelName,
  type ListedVersion,
  type Manifest,
  maxDocumentBytes,
  parseManifest,
  parseRollout,
  type Patches,
  paths,
  type Rollout,
} from '@homing/protocol'
import { type RefreshedClient, requireFile, type TargetFile } from '@homing/tuf'

import { keptMetadata } from './kept-metadata.ts'
import { metadataFetcher } from './metadata-fetcher.ts'
import type { ContentStore, DeliveryPlatform, MetadataRecords } from './ports.ts'
import { refreshMetadata } from './refresh-metadata.ts'
import { untrusted } from './untrusted.ts'

/** A manifest that the device may follow. */
export interface TrustedManifest {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly manifest: Manifest
  /** Of a federated version: the publisher's version whose frozen tensors it has to repeat, byte for byte. */
  readonly base?: Manifest
}

/**
 * The documents of a repository that signed metadata vouches for, up to the root that the app trusts.
 * @throws HomingError METADATA_*, ABORTED, NETWORK_FAILED, TIMEOUT, HTTP_STATUS, RATE_LIMITED, RESPONSE_UNEXPECTED.
 */
export interface Documents {
  /**
   * The rollout of a model as of now. Where nothing has changed since the last look, this is one request.
   * @throws HomingError MODEL_UNKNOWN, ROLLOUT_INVALID.
   */
  rollout(model: string, signal?: AbortSignal): Promise<Rollout>
  /**
   * The manifest of a version that the last rollout lists.
   * @throws HomingError VERSION_UNTRUSTED when it is not the one that its publisher signed, or is a federated one that
   *   differs from its base in more than trained tensors; MANIFEST_INVALID.
   */
  manifest(model: string, listed: ListedVersion, signal?: AbortSignal): Promise<TrustedManifest>
  /** Which patches make the shards of a version; undefined where there are none. @throws HomingError PATCH_INVALID. */
  patches(model: string, version: string, signal?: AbortSignal): Promise<Patches | undefined>
}

/** What documents are read with. */
export interface DocumentsOptions {
  /** Absolute URL of the repository; with or without a slash at its end. */
  readonly repository: string
  /** The root that came with the app. */
  readonly root: Uint8Array<ArrayBuffer>
  readonly store: MetadataRecords & Pick<ContentStore, 'readManifest'>
  readonly platform: DeliveryPlatform
  /** Runs `work` while no other tab changes the metadata that is kept. */
  readonly alone: <T>(name: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>
}

export function createDocuments(options: DocumentsOptions): Documents {
  const { store, platform, alone } = options
  const base = new URL(options.repository)
  if (!base.pathname.endsWith('/')) base.pathname += '/'
  const fetcher = metadataFetcher(platform)
  const kept = keptMetadata(store, options.root)
  /** Manifests of versions that were looked at and not taken, by SHA-256. */
  const seen = new Map<string, Uint8Array<ArrayBuffer>>()
  /** By model, as of its last look. */
  const clients = new Map<string, RefreshedClient>()
  let last: { readonly began: number; readonly timestamp: Uint8Array<ArrayBuffer> } | undefined

  /** A client of metadata as it was after `asked`: models that look at the same moment ask the repository once. */
  const refreshed = async (model: string, asked: number, signal: AbortSignal): Promise<RefreshedClient> => {
    const latest = last && last.began >= asked ? last.timestamp : undefined
    const began = latest ? last!.began : platform.now()
    const { client, timestamp } = await refreshMetadata({
      metadataUrl: `${base.href}metadata/`,
      records: store,
      store: kept,
      fetcher,
      platform,
      signal,
      latest,
    })
    last = { began, timestamp }
    clients.set(model, client)
    return client
  }
  const download = async (client: RefreshedClient, path: string, file: TargetFile) => {
    if (file.length > maxDocumentBytes)
      throw new HomingError('METADATA_MISMATCH', `${path} is to have ${file.length} bytes`, {
        details: { path },
      })
    return client.download(path, file, base.href).catch((error: unknown) => {
      if (!isCode(error, 'METADATA_MISMATCH')) throw error
      return client.download(path, file, base.href) // one copy on the way may be spoiled
    })
  }

  async function rollout(model: string, signal: AbortSignal): Promise<Rollout> {
    const asked = platform.now()
    return alone('metadata', signal, async () => {
      const client = await refreshed(model, asked, signal)
      const path = paths.rollout(model)
      const file = await client.target(path).catch((cause: unknown) => {
        throw isCode(cause, 'TARGET_UNKNOWN')
          ? new HomingError('MODEL_UNKNOWN', `There is no model ${model}`, { cause })
          : cause
      })
      const known = await store.readMetadata(path)
      if (known && (await isFile(path, known, file))) return parseRollout(known, model)
      const bytes = await download(client, path, file)
      const rollout = parseRollout(bytes, model)
      await store.writeMetadata(path, bytes)
      return rollout
    })
  }

  /** What is signed of a manifest. */
  const fileOf = (model: string, path: string, signal: AbortSignal): Promise<[RefreshedClient, TargetFile]> =>
    alone('metadata', signal, async () => {
      const client = clients.get(model) ?? (await refreshed(model, platform.now(), signal))
      return [client, await client.target(path)]
    })

  async function signed(model: string, listed: ListedVersion, signal: AbortSignal): Promise<TrustedManifest> {
    const { version, manifest: ref } = listed
    const path = (listed.base === undefined ? paths.manifest : paths.federatedManifest)(model, version)
    const [client, file] = await fileOf(model, path, signal).catch((cause: unknown) => {
      const problem = 'nobody who may has signed it'
      throw isCode(cause, 'TARGET_UNKNOWN') ? untrusted(model, version, problem, cause) : cause
    })
    if (file.length !== ref.size || file.hashes['sha256'] !== ref.sha256)
      throw untrusted(model, version, 'the rollout names another manifest than the one that was signed')
    const stored = await store.readManifest(ref.sha256)
    const there = stored ?? seen.get(ref.sha256)
    const bytes = there && (await isFile(path, there, file)) ? there : await download(client, path, file)
    if (bytes === stored) seen.delete(ref.sha256)
    else seen.set(ref.sha256, bytes)
    return { bytes: bytes.slice(), manifest: parseManifest(bytes, { model, version }) }
  }

  async function manifest(
    model: string,
    listed: ListedVersion,
    signal: AbortSignal,
  ): Promise<TrustedManifest> {
    const found = await signed(model, listed, signal)
    if (found.manifest.base !== listed.base)
      throw untrusted(model, listed.version, 'its manifest and the rollout name different bases')
    if (listed.base === undefined) return found
    const base = await publishersOwn(model, listed.base, signal)
    const { requireRepetition } = await import('./federated-version.ts') // most models have no such versions
    requireRepetition(found.manifest, base)
    return { ...found, base }
  }

  /** A version that the publisher has signed, whether the rollout lists it or not. */
  async function publishersOwn(model: string, version: string, signal: AbortSignal): Promise<Manifest> {
    const [, file] = await fileOf(model, paths.manifest(model, version), signal).catch((cause: unknown) => {
      const problem = 'its publisher has not signed it'
      throw isCode(cause, 'TARGET_UNKNOWN') ? untrusted(model, version, problem, cause) : cause
    })
    const ref = { sha256: file.hashes['sha256'] ?? '', size: file.length }
    return (await signed(model, { version, manifest: ref }, signal)).manifest
  }

  async function patches(model: string, version: string, signal: AbortSignal): Promise<Patches | undefined> {
    const path = paths.patches(model, version)
    try {
      const [client, file] = await fileOf(model, path, signal)
      const { parsePatches } = await import('./patches/patch-list.ts')
      return parsePatches(await download(client, path, file), { model, version })
    } catch (error) {
      if (isCode(error, 'TARGET_UNKNOWN')) return undefined
      throw error
    }
  }

  const never = new AbortController().signal
  return {
    async rollout(model, signal = never) {
      if (!isModelName(model))
        throw new HomingError('MODEL_UNKNOWN', `"${String(model)}" is no name of a model`)
      return rollout(model, signal)
    },
    manifest: (model, listed, signal = never) => manifest(model, listed, signal),
    patches: (model, version, signal = never) => patches(model, version, signal),
  }
}

function isCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof HomingError && error.code === code
}

function isFile(path: string, bytes: Uint8Array<ArrayBuffer>, file: TargetFile): Promise<boolean> {
  return requireFile(path, bytes, file).then(
    () => true,
    () => false,
  )
}

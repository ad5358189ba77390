import { HomingError } from '@homing/protocol'

import { maxMetadataBytes, maxRootRotations, maxVisitedRoles } from '../config.ts'
import type { MetaFile } from '../metadata/signed-fields.ts'
import type { TargetFile, Targets } from '../metadata/targets.ts'
import { requireFile } from '../trust/require-file.ts'
import { type TrustedMetadata, trustRoot } from '../trust/trusted-metadata.ts'
import { delegatedRoles } from './delegated-roles.ts'
import type { Fetcher, MetadataStore } from './ports.ts'
import { quote } from './quote.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** What a client works with. */
export interface UpdateOptions {
  /** Folder of the metadata. */
  readonly metadataUrl: string
  readonly store: MetadataStore
  readonly fetcher: Fetcher
  /** Milliseconds since the epoch; asked once, for the whole update. */
  readonly now: () => number
  readonly signal?: AbortSignal
  /**
   * Delegated roles that will be asked for soon: of which the store has none is fetched beside `targets`, in the version that
   * the snapshot names, and verified in its turn. None by default.
   */
  readonly soon?: readonly string[]
}

/** A client after its metadata was refreshed. */
export interface RefreshedClient {
  readonly trusted: TrustedMetadata
  /**
   * What the responsible role says of a target: roles are searched depth first, in the order of their delegations
   * (specification 5.6.7).
   * @throws HomingError TARGET_UNKNOWN, and as `refresh` does.
   */
  target(path: string): Promise<TargetFile>
  /**
   * The verified bytes of a target (specification 5.7).
   * @throws HomingError METADATA_MISMATCH, TARGET_UNKNOWN, and those of the fetcher.
   */
  download(path: string, file: TargetFile, targetsUrl: string): Promise<Bytes>
}

/**
 * The client workflow of The Update Framework 1.0 (specification 5): from the root that the store holds to the newest
 * timestamp, snapshot and targets. What is verified is stored at once, so that a broken refresh goes on later.
 * @throws HomingError METADATA_INVALID, METADATA_UNSIGNED, METADATA_EXPIRED, METADATA_ROLLBACK, METADATA_MISMATCH, those
 *   of the fetcher, and CONFIG_INVALID when the store holds no root.
 */
export async function refresh({
  metadataUrl,
  store,
  fetcher,
  now,
  signal,
  soon = [],
}: UpdateOptions): Promise<RefreshedClient> {
  const base = metadataUrl.endsWith('/') ? metadataUrl : `${metadataUrl}/`
  const kept = await store.read('root')
  if (!kept) throw new HomingError('CONFIG_INVALID', 'There is no trusted root to begin with')
  const trusted = await trustRoot(kept, now())

  const fetchFile = async (role: string, version: number | undefined, maxBytes: number): Promise<Bytes> => {
    const url = urlOf(role, version)
    const bytes = await fetcher.fetch(url, maxBytes, signal)
    if (!bytes) throw new HomingError('HTTP_STATUS', `The repository has no ${url}`, { details: { url } })
    return bytes
  }
  const urlOf = (role: string, version?: number): string =>
    `${base}${version === undefined ? '' : `${version}.`}${quote(role)}.json`
  const consistent = (version: number): number | undefined =>
    trusted.root.consistent_snapshot ? version : undefined
  /** Whether what the store holds of a role is, under the root of today, the newest: else a newer one is fetched. */
  const usable = async (role: string, take: (bytes: Bytes) => Promise<unknown>): Promise<boolean> => {
    const bytes = await store.read(role)
    if (!bytes) return false
    try {
      await take(bytes)
      return true
    } catch {
      return false // outdated, expired or signed by keys that are gone: the fetched one decides
    }
  }

  // 5.3: one version of root after another, until there is no next.
  for (let rotations = 0; rotations < maxRootRotations; rotations++) {
    const bytes = await fetcher.fetch(urlOf('root', trusted.root.version + 1), maxMetadataBytes.root, signal)
    if (!bytes) break
    await trusted.updateRoot(bytes)
    await store.write('root', bytes)
  }
  trusted.requireFreshRoot()

  // 5.4. Where its keys were rotated, the kept one no longer verifies, which is what 5.3.11 asks for.
  await usable('timestamp', (bytes) => trusted.updateTimestamp(bytes))
  const timestamp = await fetchFile('timestamp', undefined, maxMetadataBytes.timestamp)
  if (await trusted.updateTimestamp(timestamp)) await store.write('timestamp', timestamp)

  // 5.5. The kept one holds the fetched one to the versions that it names, also when it is outdated.
  if (!(await usable('snapshot', (bytes) => trusted.updateSnapshot(bytes, true)))) {
    const { version, length = maxMetadataBytes.snapshot } = trusted.timestamp!.meta['snapshot.json']
    const snapshot = await fetchFile('snapshot', consistent(version), length)
    await trusted.updateSnapshot(snapshot)
    await store.write('snapshot', snapshot)
  }

  const fetchTargets = (role: string): Promise<Bytes> => {
    const { version, length = maxMetadataBytes.targets }: MetaFile = trusted.metaOf(role)
    return fetchFile(role, consistent(version), length)
  }
  /** What was asked for ahead of its turn; each is taken once. */
  const ahead = new Map<string, Promise<Bytes>>()
  for (const role of soon) {
    if (!Object.hasOwn(trusted.snapshot!.meta, `${role}.json`) || (await store.read(role))) continue
    const fetching = fetchTargets(role)
    fetching.catch(() => undefined) // told when its turn comes
    ahead.set(role, fetching)
  }

  // 5.6
  const loadTargets = async (role: string, delegator: string): Promise<Targets> => {
    const loaded = trusted.targets.get(role)
    if (loaded) return loaded
    trusted.metaOf(role) // one that the snapshot does not name is refused, whatever is kept of it
    if (!(await usable(role, (bytes) => trusted.updateTargets(bytes, role, delegator)))) {
      const early = ahead.get(role)
      ahead.delete(role)
      const bytes = await (early ?? fetchTargets(role))
      await trusted.updateTargets(bytes, role, delegator)
      await store.write(role, bytes)
    }
    return trusted.targets.get(role)!
  }
  await loadTargets('targets', 'root')

  return {
    trusted,
    async target(path) {
      const visited = new Set<string>()
      const open: { role: string; delegator: string }[] = [{ role: 'targets', delegator: 'root' }]
      while (open.length > 0 && visited.size < maxVisitedRoles) {
        const { role, delegator } = open.pop()!
        if (visited.has(role)) continue // delegations may run in circles
        visited.add(role)
        const targets = await loadTargets(role, delegator)
        const found = Object.hasOwn(targets.targets, path) ? targets.targets[path] : undefined
        if (found) return found
        const { roles, ends } = await delegatedRoles(targets, path)
        if (ends) open.length = 0
        open.push(...roles.toReversed().map((name) => ({ role: name, delegator: role })))
      }
      throw new HomingError('TARGET_UNKNOWN', `No role that may vouch for "${path}" lists it`, {
        details: { path },
      })
    },
    async download(path, file, targetsUrl) {
      const prefix = trusted.root.consistent_snapshot ? Object.values(file.hashes)[0] : undefined
      const url = `${targetsUrl.endsWith('/') ? targetsUrl : `${targetsUrl}/`}${targetPath(path, prefix)}`
      const bytes = await fetcher.fetch(url, file.length, signal)
      if (!bytes) throw new HomingError('HTTP_STATUS', `The repository has no ${url}`, { details: { url } })
      await requireFile(path, bytes, file)
      return bytes
    },
  }
}

/** Where a target lies below the folder of all: `folder/<digest>.name` in a consistent snapshot (specification 6.2). */
function targetPath(path: string, prefix: string | undefined): string {
  const parts = path.split('/')
  const name = parts.pop()!
  return [...parts, prefix === undefined ? name : `${prefix}.${name}`].map(quote).join('/')
}

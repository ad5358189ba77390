import { HomingError } from '@homing/protocol'
import { readDocument } from '@homing/tuf/repository'
import type { FastifyBaseLogger } from 'fastify'

import type { BlobStore } from '../blobs/blob-store.ts'
import { expiryWarningMs, type Lifetimes, metadataAttempts } from '../config.ts'
import { withoutYanked } from '../publication/without-yanked.ts'
import type { MetadataRepository, OnlineTarget } from '../repositories/metadata-repository.ts'
import type { ProcessLock } from '../repositories/process-lock.ts'
import type { Registry } from '../repositories/registry.ts'
import { writeNumbered, writeRelease } from './metadata-files.ts'
import { offlineRoles } from './offline-roles.ts'
import { onlineFiles } from './online-files.ts'
import type { OnlineKeys } from './online-keys.ts'
import type { PublisherListing } from './publisher-listing.ts'
import { signOnline } from './sign-online.ts'
import { newestChain, visibleNow } from './visible-chain.ts'

/** What signing works on. */
export interface SigningParts {
  readonly registry: Registry
  readonly metadata: MetadataRepository
  readonly publisher: PublisherListing
  readonly store: BlobStore
  readonly keys: OnlineKeys
  readonly lock: ProcessLock
  readonly lifetimes: Lifetimes
  readonly now: () => Date
  readonly log: FastifyBaseLogger
}

/** The server's own part of the metadata. */
export interface Signing {
  /**
   * Makes what clients see say what was published until now: signs what changed or will expire, and writes the files.
   * Whatever is so already stays as it is. While root, targets or publisher are missing nothing is signed.
   * @throws HomingError KEY_MISSING, SIGNING_FAILED; what clients see is as before then.
   */
  sign(): Promise<void>
  /**
   * Lets the server's own key vouch for a file of its own: `patches/<model>/<version>.json`, or a manifest below
   * `federated/`. Clients see it when this resolves.
   */
  addTarget(target: OnlineTarget): Promise<void>
}

/** Signing by one process at a time. Calls that come while one is under way share the next. */
export function signing(parts: SigningParts): Signing {
  const { metadata, lock } = parts
  let next: Promise<void> | undefined
  let last: Promise<unknown> = Promise.resolve()
  const sign = (): Promise<void> => {
    next ??= last.then(() =>
      lock.hold(() => {
        next = undefined
        return release(parts)
      }),
    )
    last = next.catch(() => {
      next = undefined
    })
    return next
  }
  return {
    sign,
    async addTarget(target) {
      await metadata.putOnlineTarget(target)
      await sign()
    },
  }
}

async function release(parts: SigningParts): Promise<void> {
  const { registry, metadata, publisher, store, keys, lifetimes, now, log } = parts
  for (let attempt = 1; attempt <= metadataAttempts; attempt++) {
    const newest = await metadata.newest()
    for (const role of ['targets', 'publisher'])
      if (newest.has(role)) await writeNumbered(store, newest.get(role)!)
    const visible = await visibleNow(metadata)
    const chain = await newestChain(metadata, newest, visible)
    if (!chain) return
    await withoutYanked(registry, await publisher())
    const files = await onlineFiles(registry, metadata)
    const time = now().getTime()
    const state = { chain, newest, visible, files, signers: await keys.all(), lifetimes, now: time }
    const signed = await signOnline(state)
    const records = [...signed.targets, signed.snapshot].filter(
      ({ role, version }) => newest.get(role)?.version !== version && !isOffline(role),
    )
    const changed = newest.get('timestamp')?.version !== signed.head.timestamp.version
    if (changed && !(await metadata.publish(records, signed.head))) continue
    await writeRelease(store, { release: signed, files, metadata })
    if (changed) {
      const versions = [...records, signed.head.timestamp].map(({ role, version }) => [role, version])
      log.info({ versions: Object.fromEntries(versions) as Record<string, number> }, 'signed metadata')
    }
    return
  }
  throw new HomingError('SERVER_FAILED', 'The metadata is changed by too many others at once.')
}

function isOffline(role: string): boolean {
  return (offlineRoles as readonly string[]).includes(role)
}

/** Tells the log of metadata that the server cannot sign itself and that will expire soon. */
export async function warnOfExpiry({ metadata, now, log }: SigningParts): Promise<void> {
  const newest = await metadata.newest()
  for (const role of offlineRoles) {
    const record = newest.get(role)
    if (!record) continue
    const { expires } = readDocument(role === 'root' ? 'root' : 'targets', record.bytes)
    if (Date.parse(expires) - now().getTime() < expiryWarningMs)
      log.warn({ role, expires }, 'metadata expires soon: sign it again with its key')
  }
}

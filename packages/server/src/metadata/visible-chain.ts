import { HomingError } from '@homing/protocol'
import { readDocument, type Root, type Snapshot, type Targets, verifyTargets } from '@homing/tuf/repository'

import type { Head, MetadataRecord, MetadataRepository } from '../repositories/metadata-repository.ts'

/** Metadata of root, targets and publisher in which each is signed as the one above says. */
export interface Chain {
  readonly root: Root
  readonly targets: Targets
  readonly publisher: Targets
  /** The bytes of targets and publisher. */
  readonly records: readonly MetadataRecord[]
}

/** What clients see now. Its snapshot names the versions of all but root. */
export interface Visible {
  readonly head: Head
  readonly root: Root
  readonly snapshot: Snapshot
}

/** What clients see, read; undefined while nothing was published. */
export async function visibleNow(metadata: MetadataRepository): Promise<Visible | undefined> {
  const head = await metadata.head()
  if (!head) return undefined
  const timestamp = readDocument('timestamp', head.timestamp.bytes)
  const snapshot = await find(metadata, 'snapshot', timestamp.meta['snapshot.json'].version)
  const root = await find(metadata, 'root', head.root)
  return {
    head,
    root: readDocument('root', root.bytes),
    snapshot: readDocument('snapshot', snapshot.bytes),
  }
}

/**
 * The newest chain. Keys are changed in steps, of which each alone would break what clients see: a root with new keys
 * for targets is followed by a targets document that they signed. Until then, the newest that holds together is older.
 * @returns undefined while there is none.
 */
export async function newestChain(
  metadata: MetadataRepository,
  newest: ReadonlyMap<string, MetadataRecord>,
  visible: Visible | undefined,
): Promise<Chain | undefined> {
  const present = (role: string): Promise<MetadataRecord> =>
    find(metadata, role, visible!.snapshot.meta[`${role}.json`]!.version)
  const [root, targets, publisher] = ['root', 'targets', 'publisher'].map((role) => newest.get(role))
  if (!root || !targets || !publisher) return undefined
  const newRoot = readDocument('root', root.bytes)
  const chain = await chainOf(newRoot, targets, publisher)
  if (chain || !visible) return chain
  const [oldTargets, oldPublisher] = [await present('targets'), await present('publisher')]
  return (
    (await chainOf(newRoot, oldTargets, publisher)) ??
    (await chainOf(newRoot, oldTargets, oldPublisher)) ??
    (await chainOf(visible.root, oldTargets, publisher)) ??
    (await chainOf(visible.root, oldTargets, oldPublisher))
  )
}

const incoherent = new Set<string>(['METADATA_UNSIGNED', 'METADATA_MISSING'])

async function chainOf(
  root: Root,
  targets: MetadataRecord,
  publisher: MetadataRecord,
): Promise<Chain | undefined> {
  try {
    const verified = await verifyTargets(targets.bytes, 'targets', root)
    return {
      root,
      targets: verified,
      publisher: await verifyTargets(publisher.bytes, 'publisher', verified),
      records: [targets, publisher],
    }
  } catch (error) {
    if (error instanceof HomingError && incoherent.has(error.code)) return undefined
    throw error
  }
}

async function find(metadata: MetadataRepository, role: string, version: number): Promise<MetadataRecord> {
  const record = await metadata.find(role, version)
  if (!record) throw new HomingError('METADATA_MISSING', `Version ${version} of ${role} is gone.`)
  return record
}

import { type MetadataStore, refresh, type RefreshedClient } from '../index.ts'
import {
  emptyTargets,
  generatePrivateKey,
  initialRoot,
  initialTargets,
  type KeyType,
  keysOfRole,
  metaFileOf,
  type Root,
  signerOfPem,
  type Signer,
  signMetadata,
  snapshotOf,
  type Targets,
  timestampOf,
} from '../repository.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** A repository made and signed by the package's own functions, as files by name. */
export interface SignedRepository {
  readonly files: Map<string, Bytes>
  readonly signers: Signer[]
  readonly online: Signer
  root: Root
  targets: Targets
  publisher: Targets
  /** Signs root, targets and publisher as they stand, and snapshot and timestamp over them. */
  publish(): Promise<void>
}

/** A repository with one Ed25519 key for each holder; for root as many of `type` as `rootKeys`, of which `threshold` must sign. */
export async function signedRepository(
  {
    type = 'ed25519',
    rootKeys = 1,
    threshold = 1,
  }: { type?: KeyType; rootKeys?: number; threshold?: number },
  now: number,
): Promise<SignedRepository> {
  const made = (of: KeyType): Signer => signerOfPem(generatePrivateKey(of))
  const roots = Array.from({ length: rootKeys }, () => made(type))
  const [targets, publisher, online] = [made('ed25519'), made('ed25519'), made('ed25519')]
  const one = ({ key }: Signer) => ({ keys: [key], threshold: 1 })
  const files = new Map<string, Bytes>()
  let version = 0
  const repository: SignedRepository = {
    files,
    signers: [...roots, targets, publisher, online],
    online,
    root: initialRoot(
      { root: { keys: roots.map(({ key }) => key), threshold }, targets: one(targets), online: online.key },
      now,
    ),
    targets: initialTargets({ publisher: one(publisher), online: online.key }, now),
    publisher: emptyTargets('publisher', now),
    async publish() {
      const { root, signers } = repository
      version++
      files.set(`${root.version}.root.json`, await signMetadata(root, [root.roles.root], signers))
      const named = {
        targets: await signMetadata(repository.targets, [root.roles.targets], signers),
        publisher: await signMetadata(
          repository.publisher,
          [keysOfRole('publisher', repository.targets).roleKeys],
          signers,
        ),
        rollouts: await signMetadata(
          emptyTargets('rollouts', now),
          [keysOfRole('rollouts', repository.targets).roleKeys],
          signers,
        ),
      }
      const versions = {
        targets: repository.targets.version,
        publisher: repository.publisher.version,
        rollouts: 1,
      }
      const meta = Object.fromEntries(
        Object.entries(named).map(([role, bytes]) => {
          const of = versions[role as keyof typeof versions]
          files.set(`${of}.${role}.json`, bytes)
          return [role, metaFileOf(of, bytes)]
        }),
      )
      const snapshot = await signMetadata(snapshotOf(meta, version, now), [root.roles.snapshot], signers)
      files.set(`${version}.snapshot.json`, snapshot)
      const timestamp = timestampOf(metaFileOf(version, snapshot), version, now)
      files.set('timestamp.json', await signMetadata(timestamp, [root.roles.timestamp], signers))
    },
  }
  return repository
}

/** A refreshed client of these files that trusts the first root. */
export function clientOf({ files }: SignedRepository, now: number): Promise<RefreshedClient> {
  const kept = new Map([['root', files.get('1.root.json')!]])
  const store: MetadataStore = {
    read: (role) => Promise.resolve(kept.get(role)),
    write: (role, bytes) => Promise.resolve(void kept.set(role, bytes)),
  }
  const base = 'https://repository.test/'
  const fetch = (url: string): Promise<Bytes | undefined> =>
    Promise.resolve(files.get(url.slice(base.length)))
  return refresh({ metadataUrl: base, store, fetcher: { fetch }, now: () => now })
}

import { createHash } from 'node:crypto'

import canonicalJson from '@tufjs/canonical-json'

import type { TufDelegatedRole, TufFile, TufMeta, TufRoot, TufTargets } from './tuf-documents.ts'
import { type TufKeyType, type TufSigner, tufSigner } from './tuf-signer.ts'

type Bytes = Uint8Array<ArrayBuffer>

/** How a simulated repository starts. */
export interface TufRepositoryOptions {
  readonly keyType?: TufKeyType
  /** When its metadata expires. Default: ten years from now. */
  readonly expires?: string
}

/**
 * A repository of The Update Framework in memory, whose every part can be made wrong. Timestamp, snapshot and targets are
 * signed as they stand whenever they are asked for; roots when they are published.
 */
export interface TufRepository {
  readonly root: TufRoot
  readonly timestamp: TufMeta
  readonly snapshot: TufMeta
  /** Targets roles by name. */
  readonly targets: Map<string, TufTargets>
  /** Keys that sign each role, whether they may or not. */
  readonly signers: Map<string, TufSigner[]>
  readonly roots: Bytes[]
  /** Bodies of targets by path. */
  readonly bodies: Map<string, Bytes>
  /** Whether snapshot and timestamp give lengths and digests. */
  hashes: boolean
  /** Paths of all requests: `2.root.json`, `timestamp.json`, `targets/…`. */
  readonly requests: string[]
  /** Answers of one's own, by request; undefined in place of what there is. */
  readonly answers: Map<string, Bytes | undefined>
  /** Signs the root as it stands, under the next version unless told otherwise. */
  publishRoot(options?: { bump?: boolean }): void
  /** Raises the versions of these targets roles, and of snapshot and timestamp, which then name each other as they are. */
  publish(...roles: string[]): void
  /** Raises the timestamp, which then names the snapshot as it is. */
  publishTimestamp(): void
  addKey(role: string, delegator?: string, type?: TufKeyType): TufSigner
  /** Takes all keys of a top-level role away and gives it a new one. */
  rotateKeys(role: keyof TufRoot['roles']): void
  delegate(
    delegator: string,
    role: Partial<TufDelegatedRole> & { name: string },
    type?: TufKeyType,
  ): TufTargets
  addTarget(path: string, body: string | Uint8Array, role?: string): void
  /** What a GET of this path below the repository gives; undefined: 404. Targets lie below `targets/`. */
  answer(path: string): Bytes | undefined
}

/** Makes a repository with one key for each top-level role, all at version 1. */
export function tufRepository({
  keyType = 'ed25519',
  expires = inYears(10),
}: TufRepositoryOptions = {}): TufRepository {
  const common = { spec_version: '1.0.31', version: 1, expires }
  const role = (): { keyids: string[]; threshold: number } => ({ keyids: [], threshold: 1 })
  const repository: TufRepository = {
    root: {
      _type: 'root',
      ...common,
      consistent_snapshot: true,
      keys: {},
      roles: { root: role(), timestamp: role(), snapshot: role(), targets: role() },
    },
    timestamp: { _type: 'timestamp', ...common, meta: { 'snapshot.json': { version: 1 } } },
    snapshot: { _type: 'snapshot', ...common, meta: { 'targets.json': { version: 1 } } },
    targets: new Map([['targets', { _type: 'targets', ...common, targets: {} }]]),
    signers: new Map(),
    roots: [],
    bodies: new Map(),
    hashes: false,
    requests: [],
    answers: new Map(),

    publishRoot({ bump = true } = {}) {
      if (bump) repository.root.version++
      repository.roots.push(signed('root', repository.root))
    },
    publish(...roles) {
      for (const name of roles) repository.targets.get(name)!.version++
      for (const [name, { version }] of repository.targets)
        repository.snapshot.meta[`${name}.json`] = fileOf(version, () =>
          signed(name, repository.targets.get(name)!),
        )
      repository.snapshot.version++
      repository.publishTimestamp()
    },
    publishTimestamp() {
      repository.timestamp.meta['snapshot.json'] = fileOf(repository.snapshot.version, () =>
        signed('snapshot', repository.snapshot),
      )
      repository.timestamp.version++
    },
    addKey(name, delegator, type = keyType) {
      const signer = tufSigner(type)
      const delegations =
        delegator === undefined ? undefined : repository.targets.get(delegator)!.delegations!
      const { keys } = delegations ?? repository.root
      const holder = delegations
        ? delegations.roles.find((role) => role.name === name)!
        : repository.root.roles[name as keyof TufRoot['roles']]
      keys[signer.keyid] = signer.key
      holder.keyids.push(signer.keyid)
      repository.signers.set(name, [...(repository.signers.get(name) ?? []), signer])
      return signer
    },
    rotateKeys(name) {
      repository.root.roles[name].keyids = []
      repository.signers.set(name, [])
      repository.addKey(name)
    },
    delegate(delegator, { name, ...fields }, type = keyType) {
      const from = repository.targets.get(delegator)!
      from.delegations ??= { keys: {}, roles: [] }
      const paths = fields.path_hash_prefixes ? {} : { paths: ['*'] }
      from.delegations.roles.push({ name, ...role(), terminating: false, ...paths, ...fields })
      const known = repository.targets.get(name)
      const targets: TufTargets = known ?? { _type: 'targets', ...common, targets: {} }
      repository.targets.set(name, targets)
      repository.addKey(name, delegator, type)
      return targets
    },
    addTarget(path, body, name = 'targets') {
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : Uint8Array.from(body)
      repository.targets.get(name)!.targets[path] = {
        length: bytes.length,
        hashes: { sha256: sha256(bytes) },
      }
      repository.bodies.set(path, bytes)
    },
    answer(path) {
      repository.requests.push(path)
      if (repository.answers.has(path)) return repository.answers.get(path)
      if (path.startsWith('targets/')) return targetAt(decodeURIComponent(path.slice('targets/'.length)))
      const match = /^(?:(\d+)\.)?(.+)\.json$/.exec(path)
      if (!match) return undefined
      const [name, version] = [decodeURIComponent(match[2]!), match[1] && Number(match[1])]
      if (name === 'root') return repository.roots[Number(version) - 1]
      if (name === 'timestamp') return signed(name, repository.timestamp)
      if (name === 'snapshot') return signed(name, repository.snapshot)
      const targets = repository.targets.get(name)
      return targets && signed(name, targets)
    },
  }

  const targetAt = (path: string): Bytes | undefined => {
    const parts = path.split('/')
    const name = parts.pop()!
    return repository.bodies.get([...parts, name.replace(/^[0-9a-f]{64}\./, '')].join('/'))
  }
  const signed = (name: string, document: object): Bytes => {
    const data = new TextEncoder().encode(canonicalJson.canonicalize(document))
    const signatures = (repository.signers.get(name) ?? []).map(({ keyid, sign }) => ({
      keyid,
      sig: sign(data),
    }))
    return new TextEncoder().encode(JSON.stringify({ signatures, signed: document }))
  }
  const fileOf = (version: number, bytes: () => Bytes): TufFile => {
    if (!repository.hashes) return { version }
    const body = bytes()
    return { version, length: body.length, hashes: { sha256: sha256(body) } }
  }
  for (const name of ['root', 'timestamp', 'snapshot', 'targets']) repository.addKey(name)
  repository.publishRoot({ bump: false })
  return repository
}

/** A time in UTC, to the second, so many years from now. */
function inYears(years: number): string {
  return new Date(Date.now() + years * 365 * 86_400_000).toISOString().replace(/\.\d+/, '')
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

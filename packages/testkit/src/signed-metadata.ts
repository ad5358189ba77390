import { type TufRepository, tufRepository } from './tuf/tuf-repository.ts'

/** What vouches for the documents of a repository, with keys of its own: a publisher's and a server's. */
export interface SignedMetadata {
  /** The first root, as an app bundles it. */
  readonly root: string
  /** What is signed. A test may make any part of it wrong, and then has it written. */
  readonly tuf: TufRepository
  /** Vouches for the rollouts, patch lists and manifests as they are now, under the next versions, and writes all of it. */
  sign(): void
  /** Writes the metadata as it stands. */
  write(): void
}

/** Which documents a role vouches for. */
const documents: Readonly<Record<string, readonly string[]>> = {
  publisher: ['models/*/*/manifest.json'],
  rollouts: ['rollouts/*.json', 'patches/*/*.json'],
}

/** Signs what `files` hold, by path, and writes the metadata and hash-prefixed copies of the documents beside it. */
export function signedMetadata(files: Map<string, Uint8Array>): SignedMetadata {
  const tuf = tufRepository()
  tuf.hashes = true
  const patterns = new Map<string, readonly string[]>()
  const delegate = (name: string, paths: readonly string[]): void => {
    patterns.set(name, paths)
    tuf.delegate('targets', { name, paths: [...paths], terminating: true })
  }
  for (const [name, paths] of Object.entries(documents)) delegate(name, paths)

  /** Delegates the federated versions of the models that have some. */
  const optIn = (): string[] => {
    const models = new Set([...files.keys()].flatMap((path) => /^federated\/([^/]+)\//.exec(path)?.[1] ?? []))
    const added = [...models].filter((model) => !patterns.has(`federated-${model}`))
    for (const model of added) delegate(`federated-${model}`, [`federated/${model}/*/manifest.json`])
    return added.length > 0 ? ['targets'] : []
  }
  /** Whether what the role vouches for has changed. */
  const list = (role: string, paths: readonly string[]): boolean => {
    const targets = tuf.targets.get(role)!
    const before = JSON.stringify(targets.targets)
    targets.targets = {}
    for (const [path, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
      if (!paths.some((pattern) => matches(path, pattern)) || isPrefixed(path)) continue
      tuf.addTarget(path, bytes, role)
      const { sha256 } = targets.targets[path]!.hashes
      files.set(
        path.replace(/[^/]+$/, (name) => `${sha256}.${name}`),
        bytes,
      )
    }
    return JSON.stringify(targets.targets) !== before
  }

  const signed: SignedMetadata = {
    root: new TextDecoder().decode(tuf.roots[0]),
    tuf,
    sign() {
      const delegating = optIn()
      const changed = [...patterns].flatMap(([role, paths]) => (list(role, paths) ? [role] : []))
      tuf.publish(...delegating, ...changed)
      signed.write()
    },
    write() {
      const put = (name: string): void => {
        const bytes = tuf.answer(name)
        if (bytes) files.set(`metadata/${name}`, bytes)
      }
      tuf.roots.forEach((_, index) => put(`${index + 1}.root.json`))
      put('timestamp.json')
      put(`${tuf.snapshot.version}.snapshot.json`)
      for (const [role, { version }] of tuf.targets) put(`${version}.${role}.json`)
    },
  }
  signed.sign()
  return signed
}

/** A document's path or that of its metadata without the digest or version that a consistent snapshot puts before its name. */
export function logicalPath(path: string): string {
  return path.replace(/^(metadata\/)\d+\./, '$1').replace(/(^|\/)[0-9a-f]{64}\./, '$1')
}

function isPrefixed(path: string): boolean {
  return logicalPath(path) !== path
}

function matches(path: string, pattern: string): boolean {
  return new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]+')}$`).test(path)
}

import { allFiles, type Manifest } from '@homing/protocol'

/** What is forgotten. */
export interface ForgetRules {
  /** One model; all of them, and recorded events, when undefined. */
  readonly model?: string | undefined
  readonly parse: (bytes: Uint8Array) => Manifest
}

/** Hashes of manifests to delete, and of blobs that others still need. */
export interface Forgotten {
  readonly manifests: ReadonlySet<string>
  readonly keptBlobs: ReadonlySet<string>
}

/** What goes with a model, of the `manifests` (by hash) of a store: also those that `parse` refuses, which are nobody's. */
export function forgottenFiles(
  manifests: ReadonlyMap<string, Uint8Array>,
  { model, parse }: ForgetRules,
): Forgotten {
  const gone = new Set<string>()
  const kept = new Set<string>()
  for (const [sha256, bytes] of manifests) {
    const manifest = parsed(bytes, parse)
    if (!manifest || model === undefined || manifest.model === model) gone.add(sha256)
    else for (const file of allFiles(manifest)) kept.add(file.sha256)
  }
  return { manifests: gone, keptBlobs: kept }
}

/** Whether a document among the metadata is about a model that is forgotten. Signed roles are about all, and stay. */
export function isForgottenDocument(name: string, { model }: ForgetRules): boolean {
  const about = /^(?:rollouts|models|federated|patches)\/([^/.]+)/.exec(name)?.[1]
  return about !== undefined && (model === undefined || about === model)
}

function parsed(bytes: Uint8Array, parse: ForgetRules['parse']): Manifest | undefined {
  try {
    return parse(bytes)
  } catch {
    return undefined
  }
}

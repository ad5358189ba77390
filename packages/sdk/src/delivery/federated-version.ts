import { federatedProblem, type FileRef, HomingError, type Manifest, mixedShards } from '@homing/protocol'

import { equalBytes } from './equal-bytes.ts'
import { isIntact } from './is-intact.ts'
import type { ContentStore } from './ports.ts'
import type { Repository } from './repository.ts'
import { untrusted } from './untrusted.ts'

/**
 * Requires that the manifest of a federated version repeats that of its base in all but trained tensors.
 * @throws HomingError VERSION_UNTRUSTED.
 */
export function requireRepetition(manifest: Manifest, base: Manifest): void {
  const problem = federatedProblem(manifest, base)
  if (problem !== undefined) throw untrusted(manifest.model, manifest.version, problem)
}

/**
 * Requires that a federated version, all of whose files are in the store, repeats every byte of its base that is not of
 * a trained tensor. Shards without trained tensors have been compared by hash; here are those that hold both.
 * @throws HomingError VERSION_UNTRUSTED, INTEGRITY_FAILED, and those of the repository and the store.
 */
export async function requireFrozen(
  manifest: Manifest,
  base: Manifest,
  {
    store,
    repository,
    signal,
  }: {
    readonly store: ContentStore
    readonly repository: Pick<Repository, 'blob'>
    readonly signal?: AbortSignal | undefined
  },
): Promise<void> {
  for (const { base: before, shard, frozen } of mixedShards(manifest, base)) {
    const trained = await stored(store, shard)
    if (!trained)
      throw new HomingError('INTEGRITY_FAILED', `Shard ${shard.sha256} is not whole on this device`, {
        details: { files: [{ sha256: shard.sha256, missing: false }] },
      })
    const original = (await stored(store, before)) ?? (await repository.blob(before, { signal }))
    for (const [start, end] of frozen)
      if (!equalBytes(original.subarray(start, end), trained.subarray(start, end)))
        throw untrusted(
          manifest.model,
          manifest.version,
          `it changes bytes of shard ${shard.sha256} that are not trained`,
        )
  }
}

async function stored(store: ContentStore, ref: FileRef): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const bytes = await store.readBlob(ref.sha256)
  if (!bytes || (await isIntact(ref, bytes))) return bytes
  await store.deleteBlob(ref.sha256)
  return undefined
}

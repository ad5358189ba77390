import { randomBytes } from 'node:crypto'

import {
  canonicalBytes,
  type FileRef,
  type Manifest,
  maxShardBytes,
  paths,
  type Rollout,
  sha256Hex,
} from '@homing/protocol'
import type { FaultyRepository } from '@homing/testkit'

/** Publishes 1.0.0 of `model` with so many shards of 8 MiB of random parameters, and gives their paths. Nothing can run it. */
export async function publishLargeVersion(
  repository: FaultyRepository,
  model: string,
  shards: number,
): Promise<string[]> {
  const put = async (bytes: Uint8Array<ArrayBuffer>): Promise<FileRef> => {
    const sha256 = await sha256Hex(bytes)
    repository.files.set(paths.blob(sha256), bytes)
    return { sha256, size: bytes.byteLength }
  }
  const graph = await put(new Uint8Array(randomBytes(1_000)))
  const refs: FileRef[] = []
  for (let shard = 0; shard < shards; shard++)
    refs.push(await put(new Uint8Array(randomBytes(maxShardBytes))))
  const version = '1.0.0'
  const tensor = { name: 'x', dtype: 'float32', shape: [1] } as const
  const manifest: Manifest = {
    format: 1,
    model,
    version,
    engine: 'onnx',
    graph,
    parameters: { path: 'parameters.bin', size: shards * maxShardBytes, shards: refs, tensors: [] },
    signature: { inputs: [{ ...tensor, shape: [1] }], outputs: [{ ...tensor, name: 'y', shape: [1] }] },
  }
  const bytes = canonicalBytes(manifest)
  const listed = { version, manifest: { sha256: await sha256Hex(bytes), size: bytes.byteLength } }
  const rollout: Rollout = { format: 1, model, revision: 1, champion: version, versions: [listed] }
  repository.files.set(paths.manifest(model, version), bytes)
  repository.files.set(paths.rollout(model), canonicalBytes(rollout))
  repository.sign()
  return [graph, ...refs].map(({ sha256 }) => paths.blob(sha256))
}

import { type Manifest, parseManifest, sha256Hex } from '@homing/protocol'

import type { GarbageRules, ModelRecord, Store } from '../store.ts'

const encoder = new TextEncoder()

/** Bytes of every value, of a length that is no power of two. */
export function someBytes(seed: number, length = 1003): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length }, (_, index) => (index * 31 + seed * 7) % 256)
}

/** A small version with two shards, all of it in `store`. */
export async function putVersion(store: Store, model: string, version: string, seed: number, overhead = 0) {
  const [graph, first, second] = [someBytes(seed), someBytes(seed + 1), someBytes(seed + 2)]
  const ref = async (bytes: Uint8Array<ArrayBuffer>) => ({
    sha256: await sha256Hex(bytes),
    size: bytes.byteLength,
  })
  const shards = [await ref(first), await ref(second)]
  const manifest: Manifest = {
    format: 1,
    model,
    version,
    engine: 'onnx',
    graph: await ref(graph),
    parameters: { path: 'parameters.bin', size: first.byteLength + second.byteLength, shards, tensors: [] },
    signature: {
      inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
    },
  }
  const bytes = encoder.encode(JSON.stringify(manifest))
  const manifestSha256 = await sha256Hex(bytes)
  await store.writeManifest(manifestSha256, bytes)
  const blobs = [manifest.graph.sha256, ...shards.map(({ sha256 }) => sha256)]
  await store.writeBlob(blobs[0]!, graph)
  await store.writeBlob(blobs[1]!, first)
  await store.writeBlob(blobs[2]!, second)
  const size = graph.byteLength + first.byteLength + second.byteLength + bytes.byteLength + 3 * overhead
  return { installed: { version, manifestSha256 }, manifest, blobs, size }
}

/** A record after one more change than `record`: the pinned version counts them. */
export function counted(record: ModelRecord): ModelRecord {
  return { ...record, pinned: `${parseInt(record.pinned ?? '0') + 1}.0.0` }
}

/** Rules by which all is garbage that no record leads to. */
export const rules: GarbageRules = { parse: (bytes) => parseManifest(bytes), live: new Set(), budget: 0 }
/** A hash that is one digit throughout. */
export const hash = (digit: string): string => digit.repeat(64)

import { makePatch } from '@homing/deltas'
import { canonicalBytes, type Manifest, paths, sha256Hex } from '@homing/protocol'

import type { BrowserRepository } from './browser-repository.ts'
import { denseParameters } from './tiny-packages.ts'
import { denseLayersRequest } from './tiny-tfjs.ts'

/** Bytes of a shard that arrives in several pieces, however large the parts are in which a browser hands it over. */
const shardBytes = 1536 * 1024

/** Bytes that differ between two versions, so that the patch arrives in several pieces and is smaller than the shard. */
const changedBytes = 1400 * 1024

/** The bias that each version adds. */
export const biases: Readonly<Record<string, number>> = { '1.0.0': 1, '1.1.0': 2 }

/** A version of the tiny dense layer in a shard of many pieces: what no tensor reads is noise, in part that of all versions. */
export function paddedRelease(version: string) {
  const bias = biases[version]!
  const request = denseLayersRequest([], { version, bias })
  const parameters = new Uint8Array(shardBytes)
  fill(parameters.subarray(0, changedBytes), bias)
  fill(parameters.subarray(changedBytes), 0)
  parameters.set(denseParameters(bias))
  const manifest = {
    ...request.manifest,
    parameters: { ...request.manifest.parameters, size: parameters.length },
  }
  return { request: { ...request, manifest, parameters } }
}

/** Publishes 1.1.0 with the patch that makes its shard of that of `before`, 1.0.0. */
export async function publishPatched(repository: BrowserRepository, before: Manifest): Promise<void> {
  const [base, target] = ['1.0.0', '1.1.0'].map((version) => paddedRelease(version).request.parameters)
  const segments = [{ type: 'uint8', length: target!.length, from: 0 }] as const
  const { bytes, method, codec } = (await makePatch({ base: base!, target: target!, segments }))!
  const patch = {
    base: before.parameters.shards[0]!.sha256,
    sha256: await sha256Hex(bytes),
    size: bytes.length,
  }
  const shard = {
    sha256: await sha256Hex(target!),
    size: target!.length,
    patches: [{ ...patch, method, codec }],
  }
  const list = { format: 1, model: 'tiny', version: '1.1.0', bases: ['1.0.0'], shards: [shard] }
  await repository.put({
    [paths.patches('tiny', '1.1.0')]: canonicalBytes(list),
    [paths.blob(patch.sha256)]: bytes,
  })
  await repository.publish([paddedRelease('1.1.0')])
}

/** Noise that is the same each time (xorshift32). */
function fill(bytes: Uint8Array, seed: number): void {
  let state = seed + 1
  bytes.forEach((_, at) => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    bytes[at] = state
  })
}

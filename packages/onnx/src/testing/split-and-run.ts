import type { Parameters } from '@homing/protocol'
import type { Tensor } from 'onnxruntime-web/wasm'
import { expect } from 'vitest'

import { type ModelProto, splitModel, type SplitOptions } from '../index.ts'
import { runModel } from './run-model.ts'

/** A split model with its shards at hand, as a manifest and blobs would have them. */
export interface CollectedSplit {
  readonly graph: Uint8Array<ArrayBuffer>
  readonly parameters: Parameters
  /** The parameter file. */
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** Splits a model and keeps all its shards. */
export async function splitWhole(model: ModelProto, options?: SplitOptions): Promise<CollectedSplit> {
  const split = await splitModel(model, options)
  const bytes = new Uint8Array(split.parameters.size)
  const shards: Parameters['shards'] = []
  let offset = 0
  for await (const shard of split.shards()) {
    bytes.set(shard.bytes, offset)
    offset += shard.bytes.byteLength
    shards.push({ sha256: shard.sha256, size: shard.bytes.byteLength })
  }
  expect(offset).toBe(split.parameters.size)
  return { graph: split.graph, parameters: { ...split.parameters, shards }, bytes }
}

/** Expects the outputs of the split model to be those of the whole one, bit for bit. */
export async function expectSameOutputs(
  whole: Uint8Array,
  split: CollectedSplit,
  feeds: Record<string, Tensor>,
): Promise<Record<string, Tensor>> {
  const expected = await runModel(whole, feeds)
  const found = await runModel(split.graph, feeds, split.bytes)
  expect(Object.keys(found)).toEqual(Object.keys(expected))
  for (const [name, tensor] of Object.entries(expected))
    expect(bits(found[name]!), name).toEqual(bits(tensor))
  return expected
}

function bits({ data, dims, type }: Tensor): unknown {
  const content = ArrayBuffer.isView(data)
    ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64')
    : data
  return { type, dims, content }
}

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import { isExternal, type ModelProto, readModel } from '@homing/onnx'
import { type FileRef, type Manifest, paths } from '@homing/protocol'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'

import { joinedShards } from './onnx-fixture.ts'

// Left alone, onnxruntime-web asks node:os for the number of cores by a `require` that modules do not have.
env.wasm.numThreads = 1

/** Numbers for a tensor of `shape`. */
export type Numbers = {
  readonly shape: readonly number[]
  readonly data: Float32Array | Int32Array | BigInt64Array
}

/** A file of a packed version. */
export const packedFile = async (folder: string, { sha256 }: FileRef): Promise<Uint8Array> =>
  new Uint8Array(await readFile(join(folder, paths.blob(sha256))))

/** A graph of a packed version, read. */
export const packedGraph = async (folder: string, file: FileRef): Promise<ModelProto> =>
  readModel(await packedFile(folder, file))

/** A stored graph on plain onnxruntime-web, with the parameter file that it names. */
async function open(graph: Uint8Array, path: string, data: Uint8Array): Promise<InferenceSession> {
  const named = readModel(graph).graph!.initializer.some(isExternal)
  const externalData = named ? [{ path, data }] : []
  return InferenceSession.create(graph, { executionProviders: ['wasm'], externalData, logSeverityLevel: 4 })
}

const tensorOf = ({ shape, data }: Numbers): Tensor =>
  data instanceof Float32Array
    ? new Tensor('float32', data, shape)
    : data instanceof Int32Array
      ? new Tensor('int32', data, shape)
      : new Tensor('int64', data, shape)

/** Runs a packed graph once. */
export async function runGraph(
  folder: string,
  { parameters }: Manifest,
  file: FileRef,
  feeds: Readonly<Record<string, Numbers>>,
  data?: Uint8Array,
): Promise<Record<string, Float32Array>> {
  const shards = new Uint8Array(data ?? (await joinedShards(folder, parameters.shards)))
  const session = await open(await packedFile(folder, file), parameters.path, shards)
  const results = await session.run(
    Object.fromEntries(Object.entries(feeds).map(([name, numbers]) => [name, tensorOf(numbers)])),
  )
  await session.release()
  return Object.fromEntries(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]))
}

/** Trains a packed version as a device does: `steps` steps on one batch. Gives the loss before each step. */
export async function trainPacked(
  folder: string,
  { parameters, training }: Manifest,
  batch: Readonly<Record<string, Numbers>>,
  steps: number,
  { data, learningRate }: { data?: Uint8Array; learningRate?: number } = {},
): Promise<number[]> {
  const { graph, recipe } = training!
  const shards = new Uint8Array(data ?? (await joinedShards(folder, parameters.shards)))
  const session = await open(await packedFile(folder, graph!.file), parameters.path, shards)
  const places = new Map(parameters.tensors.map((tensor) => [tensor.name, tensor]))
  const feeds: Record<string, Tensor> = Object.fromEntries(
    Object.entries(batch).map(([name, numbers]) => [name, tensorOf(numbers)]),
  )
  for (const { input, anchor, state } of graph!.slots) {
    const { offset, size, shape } = places.get(input)!
    const values = new Float32Array(shards.slice(offset, offset + size).buffer)
    feeds[input] = new Tensor('float32', values, shape)
    if (anchor !== undefined) feeds[anchor] = feeds[input]
    for (const slot of state)
      feeds[slot.input] = new Tensor('float32', new Float32Array(values.length), shape)
  }
  const losses: number[] = []
  for (let step = 1; step <= steps; step++) {
    feeds[graph!.learningRate] = new Tensor(
      'float32',
      Float32Array.of(learningRate ?? recipe.learningRate),
      [],
    )
    feeds[graph!.step] = new Tensor('float32', Float32Array.of(step), [])
    const results = await session.run(feeds)
    losses.push(Number(results[graph!.loss]!.data[0]))
    for (const { state, ...slot } of graph!.slots)
      for (const { input, output } of [slot, ...state]) feeds[input] = results[output]!
  }
  await session.release()
  return losses
}

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { graphBuilder, makeTensor, type ModelProto, readModel, splitModel, writeModel } from '@homing/onnx'

/** `y = relu(x W + b)` with 8 inputs and 16 outputs; equal seeds give equal bytes. */
export function denseModel(seed = 1, width = 16): Uint8Array {
  const weights = Float32Array.from({ length: 8 * width }, (_, i) => Math.sin(i + seed))
  const graph = graphBuilder('dense')
  const x = graph.input('x', 'float32', ['n', 8])
  const w = graph.initializer(makeTensor('W', 'float32', [8, width], weights))
  const b = graph.initializer(
    makeTensor(
      'b',
      'float32',
      [width],
      Float32Array.from({ length: width }, (_, i) => i),
    ),
  )
  graph.output('y', graph.op('Relu', [graph.op('Gemm', [x, w, b])]), 'float32', ['n', width])
  return writeModel(graph.build())
}

/** Writes the dense model with its tensors in `folder/parameters.bin`, after `edit` changed what the file says. */
export async function externalModel(
  folder: string,
  edit: (model: ModelProto) => void = () => {},
): Promise<string> {
  const split = await splitModel(readModel(denseModel()))
  const shards: Uint8Array[] = []
  for await (const { bytes } of split.shards()) shards.push(bytes)
  await writeFile(join(folder, 'parameters.bin'), Buffer.concat(shards))
  const model = readModel(split.graph)
  edit(model)
  const path = join(folder, 'model.onnx')
  await writeFile(path, writeModel(model))
  return path
}

/** Sets a field of the external data of the first tensor. */
export function external(model: ModelProto, key: 'location' | 'offset' | 'length', value: string): void {
  const entry = model.graph!.initializer[0]!.externalData.find((field) => field.key === key)
  if (!entry) throw new Error(`the first tensor has no ${key}`)
  entry.value = value
}

/** The parameter file of a packed version: its shards one after another. */
export async function joinedShards(
  folder: string,
  shards: readonly { sha256: string }[],
): Promise<Uint8Array> {
  return Buffer.concat(await Promise.all(shards.map(({ sha256 }) => readFile(join(folder, 'blobs', sha256)))))
}

/** The model with its only output `y` as `seq(map(string, tensor(float)))`, as scikit-learn's converter writes it. */
export function endInMaps(model: ModelProto): Uint8Array<ArrayBuffer> {
  model.graph!.output = []
  const field = (number: number, ...content: number[]): number[] => [
    (number << 3) | 2,
    content.length,
    ...content,
  ]
  const tensorOfFloats = field(1, 8, 1)
  const mapFromStrings = field(5, 8, 8, ...field(2, ...tensorOfFloats))
  const output = [...field(1, 'y'.charCodeAt(0)), ...field(2, ...field(4, ...field(1, ...mapFromStrings)))]
  // Protocol buffers merge what is appended: the graph gets one more output.
  return new Uint8Array([...writeModel(model), ...field(7, ...field(12, ...output))])
}

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { fromBinary } from '@bufbuild/protobuf'
import { Tensor } from 'onnxruntime-web/wasm'

import { TensorProtoSchema } from '../generated/onnx-ml_pb.js'
import { type ModelProto, readTensor, type TensorProto } from '../index.ts'

/** The models of the ONNX project, where Debian's package libonnx-testdata is installed. */
export const testDataFolder = process.env['ONNX_TEST_DATA'] ?? '/usr/share/libonnx-testdata/data'

/** One model of the ONNX test data. */
export interface TestModel {
  readonly name: string
  readonly folder: string
  readonly bytes: Uint8Array
}

/** Every model file below `folder`, in the order of names. */
export function* testModels(folder = testDataFolder): Generator<TestModel> {
  if (!existsSync(folder)) return
  for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    if (entry.isDirectory()) yield* testModels(join(folder, entry.name))
    else if (entry.name.endsWith('.onnx')) {
      yield {
        name: folder.slice(testDataFolder.length + 1),
        folder,
        bytes: readFileSync(join(folder, entry.name)),
      }
    }
  }
}

/** The inputs that come with a model, or undefined when one of them is missing or not a tensor. */
export function testInputs(model: ModelProto, folder: string): Record<string, Tensor> | undefined {
  const initialized = new Set(model.graph!.initializer.map(({ name }) => name))
  const feeds: Record<string, Tensor> = {}
  const inputs = model.graph!.input.filter((input) => !initialized.has(input.name))
  for (const [index, { name }] of inputs.entries()) {
    const tensor = testTensor(folder, index)
    if (!tensor) return undefined
    feeds[name] = engineTensor(tensor)
  }
  return feeds
}

/** The outputs that are expected of a model, or undefined when one of them is missing or not a tensor. */
export function testOutputs(model: ModelProto, folder: string): Record<string, Tensor> | undefined {
  const outputs: Record<string, Tensor> = {}
  for (const [index, { name }] of model.graph!.output.entries()) {
    const tensor = testTensor(folder, index, 'output')
    if (!tensor) return undefined
    outputs[name] = engineTensor(tensor)
  }
  return outputs
}

/** The stored input or output of this number, or undefined when it is missing or not a tensor. */
export function testTensor(
  folder: string,
  index: number,
  role: 'input' | 'output' = 'input',
): TensorProto | undefined {
  const file = join(folder, 'test_data_set_0', `${role}_${index}.pb`)
  if (!existsSync(file)) return undefined
  try {
    // A sequence or an optional value decodes as a tensor of nonsense, which its sizes betray.
    const tensor = fromBinary(TensorProtoSchema, readFileSync(file))
    readTensor(tensor)
    return tensor
  } catch {
    return undefined
  }
}

function engineTensor(tensor: TensorProto): Tensor {
  const { dtype, shape, data } = readTensor(tensor)
  return new Tensor(dtype as 'float32', data as Float32Array, shape)
}

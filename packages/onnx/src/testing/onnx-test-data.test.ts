import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, test } from 'vitest'

import { exposeTensors, joinModel, type ModelProto, readModel, readSignature, writeModel } from '../index.ts'
import { runModel } from './run-model.ts'
import { sileroVad } from './silero-vad.ts'
import { expectSameOutputs, splitWhole } from './split-and-run.ts'
import { testDataFolder, testInputs, testModels, testTensor } from './test-data.ts'

/** Whether the model as it is runs here. */
async function runs(bytes: Uint8Array, feeds: Record<string, Tensor>): Promise<boolean> {
  try {
    await runModel(bytes, feeds)
    return true
  } catch {
    return false
  }
}

describe('the models of the ONNX project', () => {
  test(
    'are read and written byte for byte, split and joined, and give the same outputs',
    { timeout: 300_000 },
    async ({ annotate }) => {
      let [files, split, compared] = [0, 0, 0]
      for (const { name, folder, bytes } of testModels()) {
        files += 1
        const model = readModel(bytes)
        expect(Buffer.from(writeModel(model)).equals(bytes), name).toBe(true)
        const parts = await splitWhole(model)
        if (parts.parameters.tensors.length === 0) {
          expect(Buffer.from(parts.graph).equals(bytes), name).toBe(true)
          continue
        }
        split += 1
        // A weight that came from a Constant node comes back as an initialiser: the same model, other bytes.
        const hadConstants = model.graph!.node.some(({ opType }) => opType === 'Constant')
        const joined = writeModel(joinModel(parts.graph, parts.bytes))
        expect(hadConstants || Buffer.from(joined).equals(bytes), name).toBe(true)
        const feeds = testInputs(model, folder)
        expect(feeds, name).toBeDefined()
        if (await runs(bytes, feeds!)) {
          compared += 1
          await expectSameOutputs(bytes, parts, feeds!)
        }
      }
      const absent = `${testDataFolder} is not installed (Debian: libonnx-testdata); its 1072 models were not tried`
      await annotate(files === 0 ? absent : `${files} models, ${split} with parameters, ${compared} run`)
      if (existsSync(testDataFolder)) {
        expect(files).toBeGreaterThan(1000)
        expect(compared).toBeGreaterThan(30)
      }
    },
  )

  test(
    'load with every input as an initialiser, split: the rules know what engines read while they load',
    { timeout: 300_000 },
    async () => {
      let [loaded, extracted] = [0, 0]
      for (const { name, folder, bytes } of testModels(join(testDataFolder, 'node'))) {
        // Bernoulli without a seed draws anew in every session.
        if (name.includes('bernoulli')) continue
        const model = withInputsBaked(readModel(bytes), folder)
        if (!model || !(await runs(writeModel(model), {}))) continue
        loaded += 1
        const split = await splitWhole(model)
        extracted += split.parameters.tensors.length
        await expectSameOutputs(writeModel(model), split, {}).catch((cause: unknown) => {
          throw new Error(`${name} does not run in two parts`, { cause })
        })
      }
      if (existsSync(testDataFolder)) expect(Math.min(loaded, extracted)).toBeGreaterThan(500)
    },
  )

  test('have signatures, or are refused for inputs and outputs that are not tensors', () => {
    for (const { name, bytes } of testModels()) {
      const model = readModel(bytes)
      const { input, output, initializer } = model.graph!
      const isInitialised = new Set(initializer.map((tensor) => tensor.name))
      const inputs = input.filter((info) => !isInitialised.has(info.name))
      const carried = [...inputs, ...output].every(
        ({ type }) => type?.value.case === 'tensorType' && type.value.value.elemType !== 16,
      )
      if (carried && inputs.length > 0) {
        const signature = readSignature(exposeTensors(model).model)
        expect(
          signature.inputs.map((tensor) => tensor.name),
          name,
        ).toEqual(inputs.map((info) => info.name))
        expect(
          signature.outputs.every(({ shape }) => shape !== undefined),
          name,
        ).toBe(true)
      } else
        expect(() => readSignature(model), name).toThrow(
          expect.objectContaining({ code: 'ONNX_UNSUPPORTED' }),
        )
    }
  })
})

/** The model with the inputs of its test as initialisers in their place; undefined when one of them is not a tensor. */
function withInputsBaked(model: ModelProto, folder: string): ModelProto | undefined {
  const tensors = model.graph!.input.map((_, index) => testTensor(folder, index))
  if (!tensors.every((tensor) => tensor !== undefined)) return undefined
  tensors.forEach((tensor, index) => (tensor.name = model.graph!.input[index]!.name))
  model.graph!.initializer.push(...tensors)
  model.graph!.input = []
  model.irVersion = 8n
  return model
}

const noise = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(i * 12.9898) * 0.5)
const sampleRate = new Tensor('int64', BigInt64Array.of(16_000n), [])
const state = (shape: number[]): Tensor =>
  new Tensor('float32', new Float32Array(shape.reduce((a, b) => a * b)), shape)

describe('models of npm packages', () => {
  test.each([
    [
      'silero_vad_legacy.onnx',
      {
        input: new Tensor('float32', noise(1536), [1, 1536]),
        sr: sampleRate,
        h: state([2, 1, 64]),
        c: state([2, 1, 64]),
      },
    ],
    [
      'silero_vad_v5.onnx',
      { input: new Tensor('float32', noise(576), [1, 576]), state: state([2, 1, 128]), sr: sampleRate },
    ],
  ])('%s gives the same outputs in two parts', async (file, feeds) => {
    const bytes = sileroVad(file)
    const model = readModel(bytes)
    expect(Buffer.from(writeModel(model)).equals(bytes)).toBe(true)
    const split = await splitWhole(model)
    expect(
      readSignature(model)
        .inputs.map(({ name }) => name)
        .sort(),
    ).toEqual(Object.keys(feeds).sort())
    expect(split.graph.byteLength).toBeLessThan(bytes.byteLength / 4)
    await expectSameOutputs(bytes, split, feeds)
  })
})

import { Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, it } from 'vitest'

import {
  graphBuilder,
  halfModel,
  inferTypes,
  type ModelProto,
  modelOperators,
  quantiseModel,
  readSignature,
  splitModel,
  writeModel,
} from '../index.ts'
import { largestDifference } from '../testing/largest-difference.ts'
import { runModel } from '../testing/run-model.ts'
import { splitWhole } from '../testing/split-and-run.ts'
import { type QuantisedSample, quantisedSamples, waves } from './quantised-samples.ts'

const forms = {
  fp16: halfModel,
  int8: (model: ModelProto) => quantiseModel(model),
  dynamic: (model: ModelProto) => quantiseModel(model, { dynamic: true }),
}
/** Largest difference of outputs, which lie about 1. */
const tolerance = { fp16: 4e-3, int8: 4e-2, dynamic: 6e-2 }
const share = { fp16: 0.6, int8: 0.5, dynamic: 0.5 }

function tensorsOf({ feeds }: QuantisedSample): Record<string, Tensor> {
  return Object.fromEntries(
    Object.entries(feeds).map(([name, { shape, data }]) => [
      name,
      data instanceof Float32Array ? new Tensor('float32', data, shape) : new Tensor('int64', data, shape),
    ]),
  )
}

const sizeOf = async (model: ModelProto): Promise<number> => (await splitModel(model)).parameters.size
const storedTypes = (model: ModelProto): Record<string, string> =>
  Object.fromEntries(model.graph!.initializer.map(({ name }) => [name, inferTypes(model).get(name)!.dtype]))

describe.each(Object.keys(forms) as (keyof typeof forms)[])('a model in %s', (form) => {
  it.each(Object.keys(quantisedSamples) as (keyof typeof quantisedSamples)[])(
    'of the %s sample says about the same, with fewer bytes and the same signature',
    async (name) => {
      const sample = quantisedSamples[name]()
      const before = writeModel(sample.model)
      const expected = await runModel(before, tensorsOf(sample))
      const made = forms[form](sample.model)
      const split = await splitWhole(made)
      const found = await runModel(split.graph, tensorsOf(sample), split.bytes)
      const difference = largestDifference(found, expected)
      expect(difference).toBeGreaterThan(0)
      expect(difference).toBeLessThan(tolerance[form])
      expect(split.parameters.size).toBeLessThan((await sizeOf(sample.model)) * share[form])
      expect(readSignature(made)).toEqual(readSignature(sample.model))
      expect(writeModel(sample.model)).toEqual(before)
      expect(writeModel(forms[form](sample.model))).toEqual(writeModel(made))
    },
  )

  it('is refused where nothing is learned', () => {
    const g = graphBuilder('plain')
    g.output('y', g.op('Relu', [g.input('x', 'float32', [2])]), 'float32', [2])
    expect(() => forms[form](g.build())).toThrow(expect.objectContaining({ code: 'ONNX_UNSUPPORTED' }))
  })
})

it('multiplies whole numbers in the dynamic form, but convolves none', () => {
  const dense = modelOperators(forms.dynamic(quantisedSamples.dense().model))
  expect([...dense]).toEqual(expect.arrayContaining(['DynamicQuantizeLinear', 'MatMulInteger']))
  const convolutional = modelOperators(forms.dynamic(quantisedSamples.convolutional().model))
  expect([...convolutional]).toEqual(expect.arrayContaining(['DequantizeLinear', 'Conv']))
  expect(convolutional.has('ConvInteger')).toBe(false)
})

it('keeps in single precision what half precision cannot hold', async () => {
  const g = graphBuilder('range')
  const x = g.input('x', 'float32', [1, 2])
  const w = g.parameter('w', 'float32', [2, 2], [1, 2, 3, 4])
  const huge = g.parameter('huge', 'float32', [2], [1e6, -1e6])
  const small = g.op('Add', [g.op('MatMul', [x, w]), g.scalar(1e-12)])
  g.output('y', g.op('Add', [small, huge]), 'float32', [1, 2])
  const model = g.build()
  const made = halfModel(model)
  expect(storedTypes(made)).toMatchObject({ w: 'float16', huge: 'float32' })
  const feeds = { x: new Tensor('float32', [1, 1], [1, 2]) }
  const { y } = await runModel(writeModel(made), feeds)
  expect([...(y!.data as Float32Array)]).toEqual([1_000_004, -999_994])
})

it('brings a tensor back for a node that stays in single precision', async () => {
  const g = graphBuilder('tied')
  const w = g.parameter('w', 'float32', [16, 16], waves(256, 1))
  const product = g.op('MatMul', [g.input('x', 'float32', [1, 16]), w])
  g.output('y', g.op('Add', [product, g.op('ReduceSum', [w, g.ints([0])])]), 'float32', [1, 16])
  const model = g.build()
  const feeds = { x: new Tensor('float32', waves(16, 3), [1, 16]) }
  const expected = await runModel(writeModel(model), feeds)
  const found = await runModel(writeModel(halfModel(model)), feeds)
  expect(largestDifference(found, expected)).toBeLessThan(5e-3)
  // What another node reads as numbers cannot be 8 bits.
  expect(() => quantiseModel(model)).toThrow(expect.objectContaining({ code: 'ONNX_UNSUPPORTED' }))
})

it('leaves weights that are not numbers, small ones, and those that callers may override', () => {
  const g = graphBuilder('left')
  const x = g.input('x', 'float32', [1, 16])
  const broken = waves(256, 1)
  broken[7] = NaN
  const outputs = [
    g.parameter('broken', 'float32', [16, 16], broken),
    g.parameter('small', 'float32', [16, 4], waves(64, 1)),
    g.parameter('large', 'float32', [16, 16], waves(256, 2)),
  ].map((w) => g.op('MatMul', [x, w]))
  g.output('y', g.op('Concat', outputs, { axis: 1 }), 'float32', [1, 36])
  expect(storedTypes(quantiseModel(g.build()))).toEqual({
    broken: 'float32',
    small: 'float32',
    'large/int8': 'int8',
    'large/scale': 'float32',
  })
})

it('leaves weights of bodies as they are, and hands bodies what they read', async () => {
  const build = (): ModelProto => {
    const g = graphBuilder('branches')
    const x = g.input('x', 'float32', [1, 16])
    const w = g.parameter('w', 'float32', [16, 16], waves(256, 1))
    const shared = g.parameter('shared', 'float32', [16, 16], waves(256, 4))
    const product = g.op('MatMul', [g.op('MatMul', [x, w]), shared])
    const branch = (name: string, factor: number) =>
      g.subgraph(name, (body) => {
        const own = body.parameter(`${name}.w`, 'float32', [16, 16], waves(256, factor))
        body.output(`${name}.y`, body.op('MatMul', [body.op('MatMul', [product, own]), shared]), 'float32')
      })
    const positive = g.op('Greater', [g.op('ReduceSum', [x], { keepdims: 0 }), g.scalar(0)])
    const y = g.op('If', [positive], { then_branch: branch('then', 2), else_branch: branch('else', 3) })
    g.output('y', y, 'float32', [1, 16])
    return g.build()
  }
  const feeds = { x: new Tensor('float32', waves(16, 3), [1, 16]) }
  const expected = await runModel(writeModel(build()), feeds)
  for (const form of Object.values(forms)) {
    const found = await runModel(writeModel(form(build())), feeds)
    expect(largestDifference(found, expected)).toBeLessThan(0.05)
  }
  expect(storedTypes(quantiseModel(build()))).toMatchObject({ 'w/int8': 'int8', shared: 'float32' })
})

import { Tensor } from 'onnxruntime-web/wasm'
import { expect, test } from 'vitest'

import {
  foldConstants,
  type GraphBuilder,
  graphBuilder,
  inferTypes,
  makeTensor,
  type ModelProto,
  readModel,
  splitModel,
  type Value,
  writeModel,
} from '../index.ts'
import { largestDifference } from '../testing/largest-difference.ts'
import { runModel } from '../testing/run-model.ts'
import { sileroVad } from '../testing/silero-vad.ts'

const operatorsOf = (model: ModelProto): string[] => model.graph!.node.map(({ opType }) => opType)
const storedIn = (model: ModelProto): string[] => model.graph!.initializer.map(({ name }) => name)

function modelOf(define: (g: GraphBuilder, x: Value) => Value): ModelProto {
  const g = graphBuilder('fold', { opset: 18 })
  g.output('y', define(g, g.input('x', 'float32', [2, 3, 4])), 'float32')
  return g.build()
}

const weights = (g: GraphBuilder): Value =>
  g.parameter(
    'w',
    'float32',
    [3, 4],
    Array.from({ length: 12 }, (_, i) => i / 8 - 0.5),
  )

/** Folds, and expects the same outputs of the engine. */
async function folded(model: ModelProto): Promise<ModelProto> {
  const before = writeModel(model)
  const result = foldConstants(model)
  const x = new Tensor(
    'float32',
    Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
    [2, 3, 4],
  )
  const found = await runModel(writeModel(result), { x })
  // The engine fuses a scale into a product once it sees that it is constant.
  expect(largestDifference(found, await runModel(before, { x }))).toBeLessThan(1e-6)
  expect(writeModel(model)).toEqual(before)
  return result
}

test('shape arithmetic goes, with the constants that it alone read', async () => {
  const model = await folded(
    modelOf((g, x) => {
      const [rows, columns] = [1, 2].map((axis) =>
        g.op('Gather', [g.op('Shape', [x]), g.scalar(axis, 'int64')]),
      )
      const size = g.op('Unsqueeze', [g.op('Mul', [rows!, columns!]), g.ints([0])])
      return g.op('Reshape', [x, g.op('Concat', [g.ints([-1]), size], { axis: 0 })])
    }),
  )
  expect(operatorsOf(model)).toEqual(['Reshape'])
  expect(model.graph!.initializer.map(({ dims }) => dims)).toEqual([[2n]])
  expect(inferTypes(model).get('y')?.shape).toEqual([2, 12])
})

test('what is learned stays trainable, behind transpositions and casts too', async () => {
  const model = await folded(
    modelOf((g, x) => g.op('MatMul', [x, g.op('Transpose', [g.op('Identity', [weights(g)])])])),
  )
  expect(operatorsOf(model)).toEqual(['Identity', 'Transpose', 'MatMul'])
  expect(storedIn(model)).toContain('w')
})

test('learned tensors in Constant nodes become initialisers of their name, formula constants stay nodes', async () => {
  const model = await folded(
    modelOf((g, x) => {
      const value = makeTensor(
        '',
        'float32',
        [4, 4],
        Array.from({ length: 16 }, (_, i) => i),
      )
      const [matrix] = g.ops('Constant', [], ['matrix'], { value })
      const scale = g.op('Constant', [], { value: makeTensor('', 'float32', [2], [2, 3]) })
      const factor = g.op('Sqrt', [g.op('Cast', [g.op('Size', [x])], { to: 1 })])
      const product = g.op('Mul', [
        g.op('MatMul', [x, matrix]),
        g.op('Gather', [scale, g.scalar(1, 'int64')]),
      ])
      return g.op('Div', [product, factor])
    }),
  )
  expect(storedIn(model)).toContain('matrix')
  expect(operatorsOf(model).filter((type) => type !== 'Constant')).toEqual(['MatMul', 'Mul', 'Div'])
  const split = await splitModel(model)
  expect(split.parameters.tensors.map(({ name }) => name)).toEqual(['matrix'])
})

test('outputs and bodies keep what they give', async () => {
  const g = graphBuilder('bodies', { opset: 18 })
  const x = g.input('x', 'float32', [2, 3, 4])
  const flag = g.op('Greater', [g.op('ReduceSum', [x], { keepdims: 0 }), g.scalar(0)])
  const branch = (name: string, axis: number): ReturnType<GraphBuilder['subgraph']> =>
    g.subgraph(name, (body) => {
      const size = body.op('Gather', [body.op('Shape', [x]), body.ints([axis])])
      body.output(
        `${name}.y`,
        body.op('Reshape', [x, body.op('Concat', [size, body.ints([-1])], { axis: 0 })]),
      )
    })
  g.output(
    'y',
    g.op('If', [flag], { then_branch: branch('then', 0), else_branch: branch('else', 1) }),
    'float32',
  )
  g.output('sizes', g.op('Shape', [x]))
  const model = await folded(g.build())
  expect(operatorsOf(model)).toEqual(['ReduceSum', 'Greater', 'If', 'Constant'])
  const bodies = model.graph!.node[2]!.attribute.map((attribute) =>
    attribute.g!.node.map(({ opType }) => opType),
  )
  expect(bodies).toEqual([['Reshape'], ['Reshape']])
})

test('an initialiser that a caller may override is no constant', () => {
  const model = modelOf((g, x) => g.op('Reshape', [x, g.op('Mul', [g.ints([2, 6]), g.ints([1, 2])])]))
  model.graph!.input.push({ ...model.graph!.input[0]!, name: 'constant_0' })
  expect(operatorsOf(foldConstants(model))).toEqual(['Mul', 'Reshape'])
})

test('division by zero and numbers that do not fit are left to the engine', () => {
  const model = modelOf((g, x) => {
    const broken = g.op('Div', [g.ints([6]), g.ints([0])])
    const large = g.op('Cast', [g.op('Pow', [g.ints([10]), g.ints([9])])], { to: 3 })
    return g.op('Reshape', [x, g.op('Concat', [broken, g.op('Cast', [large], { to: 7 })], { axis: 0 })])
  })
  expect(operatorsOf(foldConstants(model))).toEqual(['Div', 'Cast', 'Cast', 'Concat', 'Reshape'])
})

test.each(['silero_vad_legacy.onnx', 'silero_vad_v5.onnx'])(
  '%s shrinks and keeps its weights',
  async (file) => {
    const model = readModel(sileroVad(file))
    const result = foldConstants(model)
    const [before, after] = [await splitModel(model), await splitModel(result)]
    expect(after.parameters.size).toBe(before.parameters.size)
    expect(after.graph.byteLength).toBeLessThan(before.graph.byteLength)
  },
)

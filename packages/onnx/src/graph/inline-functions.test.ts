import { create } from '@bufbuild/protobuf'
import { Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, test } from 'vitest'

import { makeAttributes } from '../builder/attributes.ts'
import { type FunctionProto, FunctionProtoSchema, type NodeProto } from '../generated/onnx-ml_pb.js'
import { float, graphBuilder, inlineFunctions, type ModelProto, modelOpsets, writeModel } from '../index.ts'
import { largestDifference } from '../testing/largest-difference.ts'
import { runModel } from '../testing/run-model.ts'
import { makeNode } from './make-node.ts'

const x = { x: new Tensor('float32', Float32Array.of(-2, 1, 3, -0.5), [2, 2]) }

function functionOf(
  name: string,
  node: readonly NodeProto[],
  more: Partial<Pick<FunctionProto, 'input' | 'output' | 'attributeProto'>> = {},
  opset = 17n,
): FunctionProto {
  return create(FunctionProtoSchema, {
    name,
    domain: 'own',
    input: ['in'],
    output: ['out'],
    node: [...node],
    opsetImport: [
      { domain: '', version: opset },
      { domain: 'own', version: 1n },
    ],
    ...more,
  })
}

/** Calls `Leaky`, which reads the attribute "slope", and `Choose`, which gives its input as it is, named or `copied`. */
function withFunctions(copied = false): ModelProto {
  const g = graphBuilder('calls', { opset: 17, domains: { own: 1 } })
  const call = (type: string, input: { name: string }, attributes = {}) =>
    g.op(type, [input], attributes, { domain: 'own', dtype: 'float32', shape: [2, 2] })
  const input = g.input('x', 'float32', [2, 2])
  const once = call('Leaky', input, { slope: float(0.5) })
  const names = g.ops('Choose', [once], ['chosen', 'same'], {}, { domain: 'own' })
  g.output('y', g.op('Add', [names[0], g.op('Mul', [names[1], call('Leaky', input)])]), 'float32', [2, 2])
  const model = g.build()

  const leaky = makeNode('LeakyRelu', ['hidden'], 'out')
  leaky.attribute = makeAttributes({ alpha: float(0) })
  leaky.attribute[0]!.refAttrName = 'slope'
  const branch = (type: string) =>
    g.subgraph(type, (body) => {
      const [value] = body.ops('Identity', [input], [`${type}.in`])
      body.output(`${type}.out`, body.op(type, [value]), 'float32', [2, 2])
    })
  const choice = makeNode('If', ['positive'], 'chosen', {
    then_branch: branch('Abs'),
    else_branch: branch('Neg'),
  })
  model.functions = [
    functionOf('Leaky', [makeNode('Identity', ['in'], 'hidden'), leaky], {
      attributeProto: makeAttributes({ slope: float(0.25) }),
    }),
    functionOf(
      'Choose',
      [
        Object.assign(makeNode('Leaky', ['x'], 'hidden'), { domain: 'own' }),
        makeNode('ReduceSum', ['hidden'], 'sum', { keepdims: 0 }),
        makeNode('Cast', ['sum'], 'positive', { to: 9 }),
        choice,
        makeNode('Identity', ['x'], 'copy'),
      ],
      { input: ['x'], output: ['chosen', copied ? 'copy' : 'x'] },
    ),
  ]
  return model
}

describe('inlineFunctions', () => {
  test('puts functions where they are called: attributes, defaults, bodies, one in another', async () => {
    const model = withFunctions()
    const inlined = inlineFunctions(model)
    expect(inlined.functions).toEqual([])
    expect(inlined.graph!.node.every(({ domain }) => domain === '')).toBe(true)
    expect(model.functions).toHaveLength(2)
    const found = await runModel(writeModel(inlined), x)
    // The engine takes no function whose output is an input.
    const expected = await runModel(writeModel(withFunctions(true)), x)
    expect(largestDifference(found, expected)).toBeLessThan(1e-6)
  })

  test('gives a model without functions back as it is', () => {
    const model = withFunctions()
    model.functions = []
    expect(inlineFunctions(model)).toBe(model)
  })

  test('brings graph and functions into one operator set', async () => {
    const g = graphBuilder('old', { opset: 17, domains: { own: 1 } })
    const sums = g.op('Sums', [g.input('x', 'float32', [2, 2])], {}, { domain: 'own' })
    g.output('y', g.op('ReduceMax', [sums], { axes: [0], keepdims: 0 }), 'float32', [1])
    const model = g.build()
    const axes = makeNode('Constant', [], 'axes', { value_ints: [1] })
    model.functions = [functionOf('Sums', [axes, makeNode('ReduceMax', ['in', 'axes'], 'out')], {}, 18n)]
    const inlined = inlineFunctions(model)
    expect(modelOpsets(inlined).get('')).toBe(18)
    const { y } = await runModel(writeModel(inlined), x)
    expect(Array.from(y!.data as Float32Array)).toEqual([3])
  })

  test('refuses a function that calls itself, by name', () => {
    const model = withFunctions()
    model.functions[0]!.node[0] = Object.assign(makeNode('Choose', ['in'], 'hidden'), { domain: 'own' })
    expect(() => inlineFunctions(model)).toThrow(
      expect.objectContaining({
        code: 'ONNX_INVALID',
        message: expect.stringMatching(/"own.Leaky" calls itself/),
      }),
    )
  })

  test('refuses functions that would fill the memory', () => {
    const model = withFunctions()
    model.functions = ['Leaky', 'Choose', 'a', 'b', 'c', 'd', 'e'].map((name, index, all) => {
      const calls = all[index + 1]
      const nodes = Array.from({ length: 32 }, (_, i) =>
        Object.assign(makeNode(calls ?? 'Identity', ['in'], i === 0 ? 'out' : `out${i}`), {
          domain: calls ? 'own' : '',
        }),
      )
      return functionOf(name, nodes, { output: name === 'Choose' ? ['out', 'out1'] : ['out'] })
    })
    expect(() => inlineFunctions(model)).toThrow(
      expect.objectContaining({ code: 'ONNX_UNSUPPORTED', message: expect.stringMatching(/functions/) }),
    )
  })
})

import { create } from '@bufbuild/protobuf'
import { WireType } from '@bufbuild/protobuf/wire'
import { describe, expect, test } from 'vitest'
import { Tensor } from 'onnxruntime-web/wasm'

import {
  type ElementType,
  elementTypes,
  type GraphBuilder,
  graphBuilder,
  joinModel,
  type ModelProto,
  readModel,
} from '../index.ts'
import { makeTensor, type TensorProto, type Value, writeModel } from '../index.ts'
import { FunctionProtoSchema, SparseTensorProtoSchema } from '../generated/onnx-ml_pb.js'
import { expectSameOutputs, splitWhole } from '../testing/split-and-run.ts'

/** Numbers that look random and are the same on every run. */
const noise = (count: number, scale = 1): number[] =>
  Array.from({ length: count }, (_, i) => Math.sin(i * 12.9898 + 1) * scale)
const square = new Tensor('float32', Float32Array.from(noise(4096, 4)), [64, 64])

function modelOf(
  define: (g: GraphBuilder, x: Value) => Value,
  opset = 21,
  domains: Record<string, number> = {},
): ModelProto {
  const g = graphBuilder('case', { opset, domains })
  g.output('y', define(g, g.input('x', 'float32', [64, 64])), 'float32')
  return g.build()
}

const names = (split: Awaited<ReturnType<typeof splitWhole>>): string[] =>
  split.parameters.tensors.map(({ name }) => name)
const weights = (g: GraphBuilder, name = 'w', type: ElementType = 'float32'): Value => {
  if (type === 'float32') return g.parameter(name, type, [64, 64], noise(4096))
  const bytes = Uint8Array.from({ length: (4096 * elementTypes[type].bits) / 8 }, (_, i) => (i * 7) & 0x3f)
  return g.parameter(name, type, [64, 64], bytes)
}

const tensorOfOnes = (): TensorProto => makeTensor('', 'float32', [64, 64], new Float32Array(4096).fill(1))
const sparseStandIn = (): TensorProto => makeTensor('sparse', 'float32', [64, 64], new Float32Array(4096))

describe('splitModel', () => {
  test.each<[string, (g: GraphBuilder, x: Value) => Value, string[]]>([
    [
      'a matrix and a bias',
      (g, x) => g.op('Add', [g.op('MatMul', [x, weights(g)]), g.parameter('b', 'float32', [64], noise(64))]),
      ['w', 'b'],
    ],
    [
      'learned scalars',
      (g, x) =>
        g.op('PRelu', [
          g.op('Gemm', [x, weights(g), g.parameter('c', 'float32', [1], [2])]),
          g.parameter('slope', 'float32', [1], [0.1]),
        ]),
      ['w', 'c', 'slope'],
    ],
    [
      'scalars of formulas',
      (g, x) => g.op('MatMul', [g.op('Mul', [x, g.scalar(0.125)]), g.op('Mul', [x, g.scalar(0.3)])]),
      [],
    ],
    [
      'shapes and axes',
      (g, x) => g.op('ReduceSum', [g.op('Reshape', [x, g.ints([4, 16, 64])]), g.ints([0])]),
      [],
    ],
    [
      'scales that shape inference reads',
      (g, x) =>
        g.op('Reshape', [
          g.op('Resize', [
            g.op('Reshape', [x, g.ints([1, 1, 64, 64])]),
            undefined,
            g.constant('float32', [4], [1, 1, 2, 2]),
          ]),
          g.ints([128, 128]),
        ]),
      [],
    ],
    [
      'float16',
      (g, x) =>
        g.op('Cast', [g.op('MatMul', [g.op('Cast', [x], { to: 10 }), weights(g, 'w', 'float16')])], {
          to: 1,
        }),
      ['w'],
    ],
    ['bfloat16', (g, x) => g.op('Add', [x, g.op('Cast', [weights(g, 'w', 'bfloat16')], { to: 1 })]), ['w']],
    ['float8', (g, x) => g.op('Add', [x, g.op('Cast', [weights(g, 'w', 'float8e4m3fn')], { to: 1 })]), ['w']],
    [
      'int4',
      (g, x) =>
        g.op('MatMul', [
          x,
          g.op('DequantizeLinear', [weights(g, 'w', 'int4'), g.parameter('s', 'float32', [], [0.1])]),
        ]),
      ['w', 's'],
    ],
    [
      'a mask',
      (g, x) =>
        g.op('Where', [
          g.parameter(
            'mask',
            'bool',
            [64, 64],
            noise(4096).map((v) => (v > 0 ? 1 : 0)),
          ),
          x,
          g.op('Neg', [x]),
        ]),
      ['mask'],
    ],
  ])('splits %s', async (_, define, expected) => {
    const whole = modelOf(define)
    const split = await splitWhole(whole)
    expect(names(split)).toEqual(expected)
    await expectSameOutputs(writeModel(whole), split, { x: square })
    expect(writeModel(joinModel(split.graph, split.bytes))).toEqual(writeModel(whole))
  })

  test('leaves an initialiser that is itself an output where it is', async () => {
    const g = graphBuilder('outputs')
    const x = g.input('x', 'float32', [64, 64])
    const w = weights(g)
    g.output('w', w)
    g.output('y', g.op('Add', [x, w]))
    const split = await splitWhole(g.build())
    expect(names(split)).toEqual([])
    await expectSameOutputs(writeModel(g.build()), split, { x: square })
  })

  test.each([8, 9, 11, 13, 17, 22])('splits a model of opset %i', async (opset) => {
    const whole = modelOf(
      (g, x) => g.op('Relu', [g.op('Gemm', [x, weights(g), g.parameter('b', 'float32', [64], noise(64))])]),
      opset,
    )
    await expectSameOutputs(writeModel(whole), await splitWhole(whole), { x: square })
  })

  test('splits a model of opset 7 and IR 3, whose initialisers are inputs too', async () => {
    const whole = modelOf(
      (g, x) => g.op('Relu', [g.op('Gemm', [x, weights(g), g.parameter('b', 'float32', [64], noise(64))])]),
      7,
    )
    whole.irVersion = 3n
    const inputs = graphBuilder('inputs')
    for (const { name, shape } of [
      { name: 'w', shape: [64, 64] },
      { name: 'b', shape: [64] },
    ])
      inputs.output('o' + name, inputs.input(name, 'float32', shape))
    whole.graph!.input.push(...inputs.build().graph!.input)
    const split = await splitWhole(whole)
    expect(names(split)).toEqual(['w', 'b'])
    await expectSameOutputs(writeModel(whole), split, { x: square })
  })

  test('splits models quantised by QDQ and dynamically', async () => {
    const int8 = Array.from({ length: 4096 }, (_, i) => (i % 200) - 100)
    const quantised = modelOf((g, x) => {
      const [scale, zero] = [
        g.parameter('x.scale', 'float32', [], [0.05]),
        g.parameter('x.zero', 'uint8', [], [3]),
      ]
      const rounded = g.op('DequantizeLinear', [g.op('QuantizeLinear', [x, scale, zero]), scale, zero])
      const weight = g.parameter('w', 'int8', [64, 64], int8)
      const w = g.op('DequantizeLinear', [
        weight,
        g.parameter('w.scale', 'float32', [], [0.01]),
        g.parameter('w.zero', 'int8', [], [0]),
      ])
      return g.op('MatMul', [rounded, w])
    })
    const split = await splitWhole(quantised)
    expect(names(split)).toEqual(['x.scale', 'x.zero', 'w', 'w.scale', 'w.zero'])
    await expectSameOutputs(writeModel(quantised), split, { x: square })

    const dynamic = modelOf((g, x) => {
      const [q, scale, zero] = g.ops('DynamicQuantizeLinear', [x], 3)
      const product = g.op('MatMulInteger', [
        q,
        g.parameter('w', 'int8', [64, 64], int8),
        zero,
        g.parameter('z', 'int8', [], [1]),
      ])
      return g.op('Mul', [g.op('Cast', [product], { to: 1 }), g.op('Mul', [scale, g.scalar(0.01)])])
    })
    const dynamicSplit = await splitWhole(dynamic)
    expect(names(dynamicSplit)).toEqual(['w', 'z'])
    await expectSameOutputs(writeModel(dynamic), dynamicSplit, { x: square })
  })

  test('makes initialisers of the weights in Constant nodes, and leaves small constants alone', async () => {
    const donor = modelOf((g, x) => g.op('MatMul', [x, weights(g)]))
    const whole = modelOf((g, x) => {
      const value = donor.graph!.initializer[0]!
      const big = g.op('Constant', [], { value })
      return g.op('Mul', [g.op('MatMul', [x, big]), g.op('Constant', [], { value_float: 0.5 })])
    })
    const split = await splitWhole(whole)
    expect(names(split)).toEqual(['Constant_0'])
    expect(readModel(split.graph).graph!.node.map(({ opType }) => opType)).toEqual([
      'MatMul',
      'Constant',
      'Mul',
    ])
    await expectSameOutputs(writeModel(whole), split, { x: square })
  })

  test('moves the weights of branches to the main graph, also when both call them the same', async () => {
    const whole = modelOf((g, x) => {
      const branch = (name: string): Parameters<GraphBuilder['subgraph']> => [
        name,
        (b) => b.output(`${name}.y`, b.op('MatMul', [x, weights(b, `${name}.w`)]), 'float32', [64, 64]),
      ]
      const condition = g.op('Greater', [g.op('ReduceMax', [x], { keepdims: 0 }), g.scalar(100)])
      return g.op('If', [condition], {
        then_branch: g.subgraph(...branch('then')),
        else_branch: g.subgraph(...branch('else')),
      })
    })
    for (const { g: body } of whole.graph!.node.at(-1)!.attribute) {
      body!.initializer[0]!.name = 'same'
      body!.node[0]!.input[1] = 'same'
    }
    whole.graph!.node.at(-1)!.attribute[0]!.g!.initializer[0]!.rawData[0]! ^= 1
    const before = writeModel(whole)
    const split = await splitWhole(whole)
    expect(names(split)).toEqual(['same', 'same~2'])
    await expectSameOutputs(before, split, { x: square })
    expect(writeModel(whole)).toEqual(before)
  })

  test('moves the weights of loops and of branches inside them', async () => {
    const whole = modelOf((g, x) => {
      const body = g.subgraph('body', (b) => {
        b.input('i', 'int64', [])
        b.output('more', b.input('go', 'bool', []), 'bool', [])
        const product = b.op('MatMul', [b.input('h', 'float32', [64, 64]), weights(b, 'loop.w')])
        const branch = (name: string): ReturnType<GraphBuilder['subgraph']> =>
          b.subgraph(name, (inner) =>
            inner.output(
              `${name}.y`,
              inner.op('Add', [product, weights(inner, `${name}.w`)]),
              'float32',
              [64, 64],
            ),
          )
        const chosen = b.op('If', [b.scalar(1, 'bool')], {
          then_branch: branch('then'),
          else_branch: branch('else'),
        })
        b.output('h.next', b.op('Tanh', [chosen]), 'float32', [64, 64])
      })
      return g.op('Loop', [g.scalar(3, 'int64'), g.scalar(1, 'bool'), x], { body })
    })
    const split = await splitWhole(whole)
    expect(names(split)).toEqual(['loop.w', 'then.w', 'else.w'])
    await expectSameOutputs(writeModel(whole), split, { x: square })
  })

  test('leaves functions and sparse initialisers as they are', async () => {
    const inner = graphBuilder('inner')
    inner.output(
      'out',
      inner.op('MatMul', [inner.input('in', 'float32'), inner.op('Constant', [], { value: tensorOfOnes() })]),
    )
    const definition = inner.build().graph!
    const whole = modelOf(
      (g, x) => g.op('Add', [g.op('Twice', [x], {}, { domain: 'local' }), weights(g)]),
      17,
      { local: 1 },
    )
    whole.functions.push(
      create(FunctionProtoSchema, {
        name: 'Twice',
        domain: 'local',
        input: ['in'],
        output: ['out'],
        node: definition.node,
        opsetImport: [{ domain: '', version: 17n }],
      }),
    )
    const split = await splitWhole(whole)
    expect(names(split)).toEqual(['w'])
    await expectSameOutputs(writeModel(whole), split, { x: square })

    const sparse = modelOf((g, x) =>
      g.op('Add', [g.op('MatMul', [x, g.initializer(sparseStandIn())]), weights(g)]),
    )
    const standIn = sparse.graph!.initializer.findIndex(({ name }) => name === 'sparse')
    sparse.graph!.initializer.splice(standIn, 1)
    const values = makeTensor('sparse', 'float32', [2], [3, 4])
    sparse.graph!.sparseInitializer.push(
      create(SparseTensorProtoSchema, {
        values,
        indices: makeTensor('', 'int64', [2], [5, 700]),
        dims: [64n, 64n],
      }),
    )
    const sparseSplit = await splitWhole(sparse)
    expect(names(sparseSplit)).toEqual(['w'])
    expect(readModel(sparseSplit.graph).graph!.sparseInitializer).toEqual(sparse.graph!.sparseInitializer)
    await expectSameOutputs(writeModel(sparse), sparseSplit, { x: square })
  })

  test('reads weights from typed fields and leaves the model as it was', async () => {
    const whole = modelOf((g, x) => g.op('MatMul', [x, weights(g)]))
    const raw = await splitWhole(whole)
    const [tensor] = whole.graph!.initializer
    tensor!.floatData = Array.from(new Float32Array(tensor!.rawData.slice().buffer))
    tensor!.rawData = new Uint8Array()
    const before = writeModel(whole)
    const typed = await splitWhole(whole)
    expect(typed.bytes).toEqual(raw.bytes)
    expect(writeModel(whole)).toEqual(before)
  })

  test('refuses a topology that is too large without its parameters', async () => {
    const g = graphBuilder('texts')
    const x = g.input('x', 'float32', [1])
    g.parameter('texts', 'string', [1], ['a'.repeat(65 * 1024 * 1024)])
    g.output('y', g.op('Relu', [x]))
    await expect(splitWhole(g.build())).rejects.toMatchObject({ code: 'ONNX_UNSUPPORTED' })
  })

  test('keeps metadata, documentation, odd names and unknown fields', async () => {
    const odd = [
      '/Übung/重み:0',
      ' ',
      'a\\b',
      '"quoted"',
      'x'.repeat(600),
      `${'y'.repeat(495)}😀${'z'.repeat(100)}`,
    ]
    const whole = modelOf((g, x) => odd.reduce((sum, name) => g.op('Add', [sum, weights(g, name)]), x))
    whole.docString = 'documentation'
    whole.metadataProps.push({
      ...whole.metadataProps[0],
      $typeName: 'onnx.StringStringEntryProto',
      key: 'k',
      value: 'v',
    })
    const unknown = new Uint8Array([...writeModel(whole), ...[0xc2, 0x3e, 3, 1, 2, 3]])
    const model = readModel(unknown)
    model.graph!.initializer[0]!.$unknown = [
      { no: 900, wireType: WireType.Varint, data: new Uint8Array([5]) },
    ]
    const split = await splitWhole(model)
    const found = readModel(split.graph)
    expect(found.docString).toBe('documentation')
    expect(found.metadataProps).toMatchObject([{ key: 'k', value: 'v' }])
    expect(found.$unknown).toEqual(model.$unknown)
    expect(found.graph!.initializer[0]!.$unknown).toEqual(model.graph!.initializer[0]!.$unknown)
    // Manifests hold no longer names, and what a device trains it finds by name.
    expect(found.graph!.initializer.map(({ name }) => name)).toEqual(
      odd.map((name, index) => (name.length > 512 ? names(split)[index] : name)),
    )
    expect(names(split)[0]).toBe(odd[0])
    expect(new Set(names(split)).size).toBe(odd.length)
    expect(
      names(split).every((name) => name.length >= 1 && name.length <= 512 && encodeURIComponent(name) !== ''),
    ).toBe(true)
    await expectSameOutputs(unknown, split, { x: square })
  })

  test('writes the same graph for other weights, and keeps the shards of unchanged ones', async () => {
    const version = (head: number) =>
      modelOf((g, x) => {
        const large = g.parameter('large', 'float32', [1500, 1500], new Float32Array(1500 * 1500).fill(1))
        const body = g.op('MatMul', [
          g.op('MatMul', [x, g.parameter('wide', 'float32', [64, 1500], noise(96_000))]),
          large,
        ])
        return g.op('Gemm', [
          body,
          g.parameter('head', 'float32', [1500, 64], noise(96_000, head)),
          g.parameter('bias', 'float32', [64], noise(64, head)),
        ])
      })
    const first = await splitWhole(version(1))
    const second = await splitWhole(version(2), { parent: first.parameters })
    expect(Buffer.from(second.graph).equals(first.graph)).toBe(true)
    expect(second.parameters.shards.length).toBeGreaterThan(2)
    const kept = second.parameters.shards.filter(
      ({ sha256 }, i) => sha256 === first.parameters.shards[i]!.sha256,
    )
    expect(kept).toHaveLength(second.parameters.shards.length - 1)
  })
})

import { graphBuilder, type GraphBuilder, makeValueInfo, type Value } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import { readForwardGraph } from './forward-graph.ts'
import { selectTrainable, trainableTensors } from './trainable.ts'
import { trainingGraph } from './training-graph.ts'

const shape = [2, 3]

/** x + before -> middle -> + after, where `middle` has no gradient. */
function around(middle: (g: GraphBuilder, x: Value) => Value, opset = 20) {
  const g = graphBuilder('around', { opset })
  const x = g.op('Add', [g.input('x', 'float32', shape), g.parameter('before', 'float32', [1], [0])])
  const between = middle(g, x)
  const y = g.op('Add', [between, g.parameter('after', 'float32', [1], [0])])
  g.output('y', y, 'float32', shape)
  const model = g.build()
  // As exporters write it, where the operator's type follows from no rule.
  model.graph!.valueInfo.push(makeValueInfo(between.name, { dtype: 'float32', shape }))
  return model
}

const branch = (g: GraphBuilder, name: string, type: string, x: Value) =>
  g.subgraph(name, (body) => body.output(`${name}/y`, body.op(type, [x]), 'float32', shape))

const cases: [name: string, said: RegExp, middle: (g: GraphBuilder, x: Value) => Value][] = [
  ['an operator without rule', /Hardmax of/, (g, x) => g.op('Hardmax', [x])],
  [
    'an operator of another domain',
    /com\.microsoft\.Gelu of/,
    (g, x) => g.op('Gelu', [x], {}, { domain: 'com.microsoft' }),
  ],
  [
    'If, whose branches read it',
    /If of/,
    (g, x) =>
      g.op('If', [g.constant('bool', [], [1])], {
        then_branch: branch(g, 'yes', 'Neg', x),
        else_branch: branch(g, 'no', 'Abs', x),
      }),
  ],
  [
    'Scan',
    /Scan of/,
    (g, x) => {
      const body = g.subgraph('step', (body) => {
        const row = body.input('row', 'float32', [3])
        body.output('scaled', body.op('Neg', [row]), 'float32', [3])
      })
      return g.op('Scan', [x], { num_scan_inputs: 1, body })
    },
  ],
  [
    'Loop',
    /Loop of/,
    (g, x) => {
      const body = g.subgraph('turn', (body) => {
        body.input('count', 'int64', [])
        const go = body.input('go', 'bool', [])
        const state = body.input('state', 'float32', shape)
        body.output('again', body.op('Identity', [go]), 'bool', [])
        body.output('next', body.op('Add', [state, state]), 'float32', shape)
      })
      return g.op('Loop', [g.constant('int64', [], [2]), g.constant('bool', [], [1]), x], { body })
    },
  ],
  ...(
    [
      ['GRU', 3],
      ['LSTM', 4],
    ] as const
  ).map(([type, gates]): (typeof cases)[number] => [
    type,
    new RegExp(`${type} of`),
    (g, x) => {
      const weights = [3, 3].map((size, index) =>
        g.parameter(`w${index}`, 'float32', [1, gates * 3, size], new Float32Array(gates * 3 * size)),
      )
      const sequence = g.op('Unsqueeze', [x, g.ints([1])])
      return g.op('Reshape', [g.op(type, [sequence, ...weights], { hidden_size: 3 }), g.ints(shape)])
    },
  ]),
  [
    'a shape that is only known while it runs',
    /not known before it runs/,
    (g, x) =>
      g.op('Reshape', [g.op('Slice', [x, g.input('from', 'int64', [1]), g.ints([3])]), g.ints(shape)]),
  ],
]

describe('what can be trained', () => {
  it.each(cases)('is what lies behind %s, which is refused by name', (_, said, middle) => {
    const forward = readForwardGraph(around(middle), {})
    expect(trainableTensors(forward)).toEqual(['after'])
    expect(selectTrainable(forward, ['after'])).toEqual(['after'])
    expect(() => selectTrainable(forward, ['before'])).toThrow(
      expect.objectContaining({
        code: 'GRADIENT_UNSUPPORTED',
        message: expect.stringMatching(said),
        details: expect.objectContaining({ tensor: 'before', trainable: ['after'] }),
      }),
    )
  })

  it('is nothing that only rounding leads to, but what also goes past it', () => {
    const rounded = readForwardGraph(
      around((g, x) => g.op('Round', [x])),
      {},
    )
    expect(trainableTensors(rounded)).toEqual(['after'])
    expect(() => selectTrainable(rounded, ['before'])).toThrow(
      expect.objectContaining({ code: 'GRADIENT_UNSUPPORTED', message: expect.stringContaining('smoothly') }),
    )
    const past = readForwardGraph(
      around((g, x) => g.op('Sub', [x, g.op('Round', [x])])),
      {},
    )
    expect(trainableTensors(past)).toEqual(expect.arrayContaining(['before', 'after']))
  })

  it('is said by name when everything lies before an operator without gradient', () => {
    const g = graphBuilder('nothing')
    const x = g.op('Add', [g.input('x', 'float32', shape), g.parameter('w', 'float32', [1], [0])])
    g.output('y', g.op('Hardmax', [x]), 'float32', shape)
    expect(() => selectTrainable(readForwardGraph(g.build(), {}))).toThrow(
      expect.objectContaining({
        code: 'GRADIENT_UNSUPPORTED',
        message: expect.stringContaining('Hardmax of'),
        details: expect.objectContaining({ trainable: [] }),
      }),
    )
  })

  it.each([
    ['int64', BigInt64Array.of(1n)],
    ['float16', Uint16Array.of(0)],
  ] as const)('is no tensor of type %s, which is refused by name', (dtype, data) => {
    const model = around((g, x) =>
      g.op('Add', [x, g.op('Cast', [g.parameter('p', dtype, [1], data)], { to: 1 })]),
    )
    const trainable = expect.arrayContaining(['before', 'after'])
    expect(() => selectTrainable(readForwardGraph(model, {}), ['p'])).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringContaining(`"p" is of type ${dtype}`),
        details: expect.objectContaining({ trainable }),
      }),
    )
  })

  it('is written behind a body that stays as it is', () => {
    const [, , middle] = cases[2]!
    const { model } = trainingGraph(around(middle), {
      loss: 'mse',
      optimiser: { kind: 'sgd' },
      trainable: ['after'],
    })
    expect(model.graph!.node.map(({ opType }) => opType)).toContain('If')
  })
})

describe('tensors of which a node reads no numbers', () => {
  it('are trained where another reads them: the type of CastLike', () => {
    const g = graphBuilder('like', { opset: 18 })
    const x = g.input('x', 'float32', [1, 3])
    const bias = g.parameter('bias', 'float32', [3], [1, 2, 3])
    const one = g.op('CastLike', [g.constant('int64', [1], [1]), bias])
    g.output('y', g.op('Add', [x, g.op('Mul', [bias, one])]), 'float32', [1, 3])
    expect(trainableTensors(readForwardGraph(g.build(), {}))).toEqual(['bias'])
  })

  it('are left alone where no other does: the scales of Resize', () => {
    const g = graphBuilder('larger')
    const x = g.op('Mul', [g.input('x', 'float32', [1, 1, 2]), g.parameter('w', 'float32', [1], [2])])
    const larger = g.op('Resize', [x, undefined, g.parameter('scales', 'float32', [3], [1, 1, 2])])
    g.output('y', larger, 'float32', [1, 1, 4])
    const { parameters } = trainingGraph(g.build(), { loss: 'mse', optimiser: { kind: 'sgd' } })
    expect(parameters.map(({ input }) => input)).toEqual(['w'])
  })
})

describe('a model of which nothing can be trained', () => {
  const half = (g: GraphBuilder, x: Value) =>
    g.op(
      'Cast',
      [g.op('Cast', [g.op('Mul', [x, g.parameter('w', 'float32', [3], [1, 2, 3])])], { to: 10 })],
      {
        to: 1,
      },
    )

  it.each<[string, RegExp, (g: GraphBuilder, x: Value) => Value]>([
    ['numbers of half precision on the way', /none changes output "y" by way of float32/, half],
    ['nothing learned', /output "y" reads none that is stored/, (g, x) => g.op('Neg', [x])],
  ])('is told why: %s', (_, message, define) => {
    const g = graphBuilder('fixed')
    g.output('y', define(g, g.input('x', 'float32', [1, 3])), 'float32', [1, 3])
    expect(() => trainingGraph(g.build(), { loss: 'mse', optimiser: { kind: 'sgd' } })).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(message) }),
    )
  })
})

import { graphBuilder, tensorHeader } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import { readForwardGraph } from './forward-graph.ts'
import { selectTrainable } from './trainable.ts'

/** Convolution without bias, its normalisation, a layer as exporters write it (transposed, scaled), and a head. */
function network() {
  const g = graphBuilder('network')
  const parameter = (name: string, shape: number[]) =>
    g.parameter(name, 'float32', shape, new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(1))
  const x = g.input('x', 'float32', [2, 3, 4, 4])
  const conv = g.op('Conv', [x, parameter('conv.w', [5, 3, 3, 3])])
  const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map((name) =>
    parameter(`bn.${name}`, [5]),
  )
  const normal = g.op('BatchNormalization', [conv, scale, shift, mean, variance])
  const shifted = g.op('Add', [normal, parameter('conv.bias', [5, 1, 1])])
  const flat = g.op('Flatten', [g.op('GlobalAveragePool', [shifted])])
  const turned = g.op('Transpose', [parameter('body.w', [6, 5])])
  const body = g.op('Add', [g.op('MatMul', [flat, turned]), parameter('body.bias', [6])])
  const gated = g.op('Mul', [body, parameter('gate', [2, 6])])
  const [norm, bias] = ['ln.scale', 'ln.bias'].map((name) => parameter(name, [6]))
  const head = g.op('Gemm', [
    g.op('LayerNormalization', [gated, norm, bias]),
    parameter('head.w', [6, 4]),
    parameter('head.bias', [4]),
  ])
  const heated = g.op('Div', [head, parameter('temperature', [])])
  g.output('y', g.op('Mul', [heated, parameter('out.scale', [4])]), 'float32', [2, 4])
  return readForwardGraph(g.build(), {})
}

describe('groups of trainable tensors', () => {
  it('all are those of every layer, but scalars and stored averages', () => {
    const graph = network()
    const averages = ['bn.mean', 'bn.variance', 'temperature']
    const all = [...graph.initializers.values()]
      .filter((tensor) => tensorHeader(tensor).type === 'float32' && !averages.includes(tensor.name))
      .map(({ name }) => name)
    expect(selectTrainable(graph, 'all')).toEqual(all)
    expect(selectTrainable(graph)).toEqual(all)
  })

  it('the head is the last layer and what comes after it', () => {
    expect(selectTrainable(network(), 'head')).toEqual(['head.w', 'head.bias', 'out.scale'])
  })

  it('the head is also found behind transposed and shared weights', () => {
    const g = graphBuilder('two ways')
    const x = g.input('x', 'float32', [2, 3])
    const w = g.parameter('w', 'float32', [3, 3], new Array<number>(9).fill(1))
    const way = (from: typeof x, name: string) =>
      g.op('Add', [
        g.op('MatMul', [from, g.op('Transpose', [w])]),
        g.parameter(name, 'float32', [3], [1, 1, 1]),
      ])
    g.output('y', g.op('Add', [way(way(x, 'early'), 'a'), way(x, 'b')]), 'float32', [2, 3])
    expect(selectTrainable(readForwardGraph(g.build(), {}), 'head').sort()).toEqual(['a', 'b', 'w'])
  })

  it('biases and norms are vectors that are added or normalise, whoever exported them', () => {
    expect(selectTrainable(network(), 'biases-and-norms')).toEqual([
      'bn.scale',
      'bn.shift',
      'conv.bias',
      'body.bias',
      'ln.scale',
      'ln.bias',
      'head.bias',
      'out.scale',
    ])
  })
})

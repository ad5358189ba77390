import { graphBuilder } from '@homing/onnx'
import { expect, it } from 'vitest'

import { type GradientGraph, gradientGraph } from '../../gradient-graph.ts'
import { seededRandom } from '../../seeded-random.ts'
import { uniform } from '../draw.ts'
import { numbers } from '../numbers.ts'
import type { Numbers } from '../run-model.ts'
import { openOn } from './open-on.ts'
import type { OperatorCase } from './operator-case.ts'
import { operatorCases } from './operator-cases.ts'
import { newestCases } from './rarer-cases.ts'

/** Norm of the difference, as a share of the gradient's. WGSL lets sine and cosine be off by 2^-11. */
const tolerance = 1e-3
/** In milliseconds: SwiftShader computes on the CPU, which may be busy. */
const timeout = 240_000

/** All cases side by side, so that a backend starts once: the sum of v y + y^2 / 2 over every output y, v at random. */
function together(cases: readonly OperatorCase[], opset: number) {
  const g = graphBuilder('together', { opset })
  const feeds: Record<string, Numbers> = {}
  const terms = cases.map(({ name, define, shapes, draw = uniform }, index) => {
    const inputs = shapes.map((shape, at) => {
      const input = `${name} (input ${at})`
      const count = shape.reduce((product, dim) => product * dim, 1)
      feeds[input] = { shape, data: Float32Array.from(draw(seededRandom(index), count)) }
      return g.input(input, 'float32', shape)
    })
    const y = define(g, inputs)
    const weights = numbers(y.shape as number[], cases.length + index)
    const weighted = g.op('Mul', [y, g.constant('float32', weights.shape, weights.data)])
    const square = g.op('Mul', [g.op('Mul', [y, y]), g.scalar(0.5)])
    return g.op('ReduceSum', [g.op('Add', [weighted, square])], { keepdims: 0 })
  })
  g.output('total', g.op('Sum', terms), 'float32', [])
  return { model: g.build(), feeds }
}

async function gradientsOn(backend: 'wasm' | 'webgpu', graph: GradientGraph, feeds: Record<string, Numbers>) {
  const open = await openOn(backend, graph.model)
  const results = await open.run({ ...feeds, [graph.selection]: { shape: [], data: Float32Array.of(1) } })
  await open.close()
  return graph.gradients.map(({ input, output }) => ({ input, values: [...results[output]!] }))
}

const families = [
  ...Object.entries(operatorCases).map(([family, cases]) => ({ family, cases, opset: 20 })),
  { family: 'newest', cases: newestCases, opset: 24 },
]

it.each(families)(
  '$family: the same gradients on webgpu as on wasm',
  { timeout },
  async ({ cases, opset }) => {
    const { model, feeds } = together(cases, opset)
    const graph = gradientGraph(model)
    const expected = await gradientsOn('wasm', graph, feeds)
    for (const [index, { input, values }] of (await gradientsOn('webgpu', graph, feeds)).entries()) {
      const wasm = expected[index]!.values
      const distance = Math.hypot(...wasm.map((value, i) => value - values[i]!))
      expect(distance / Math.hypot(...wasm), input).toBeLessThan(tolerance)
    }
  },
)

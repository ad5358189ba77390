import { graphBuilder, type ModelProto } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import { gradientGraph } from './gradient-graph.ts'
import { type Numbers, runModel } from './testing/run-model.ts'

const weights = [0.5, -1, 2, 0.3, 1.5, -0.7]

/** logits = tanh(x) W + x2, x [batch, 2], x2 [batch, 3]; an index chooses nothing but is an input as well. */
function model(names: { x?: string; hidden?: string } = {}): ModelProto {
  const { x: input = 'x', hidden = 'hidden' } = names
  const g = graphBuilder('two inputs')
  const x = g.input(input, 'float32', ['batch', 2])
  const x2 = g.input('x2', 'float32', ['batch', 3])
  const rows = g.input('rows', 'int64', ['batch'])
  const [y] = g.ops('Tanh', [x], [hidden])
  const product = g.op('MatMul', [y, g.parameter('w', 'float32', [2, 3], weights)])
  g.output('logits', g.op('Add', [g.op('Gather', [product, rows]), x2]), 'float32', ['batch', 3])
  g.output('classes', g.op('ArgMax', [{ name: 'logits' }], { axis: 1 }, { dtype: 'int64' }), 'int64')
  return g.build()
}

const points: Numbers = { shape: [2, 2], data: Float32Array.of(0.1, -0.4, 0.8, 0.2) }
const bias: Numbers = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) }
const select = (...data: number[]): Numbers => ({ shape: [2, 3], data: Float32Array.from(data) })

describe('gradientGraph', () => {
  it('is not held up by tensors that are made for the shape of an input', async () => {
    const g = graphBuilder('first state')
    const x = g.input('x', 'float32', ['batch', 2])
    const state = g.op('ConstantOfShape', [g.op('Shape', [x])], {}, { dtype: 'float32' })
    g.output('y', g.op('Tanh', [g.op('Add', [x, state])]), 'float32', ['batch', 2])
    const graph = gradientGraph(g.build(), { dims: { batch: 2 } })
    const selection = { shape: [2, 2], data: Float32Array.of(1, 1, 1, 1) }
    const [results] = await runModel(graph.model, { x: points, selection })
    points.data.forEach((value, i) =>
      expect(results!['x/gradient']![i]).toBeCloseTo(1 - Math.tanh(value) ** 2, 6),
    )
  })

  it('gives the output and, for each selected element, its slopes', async () => {
    const g = graphBuilder('point')
    const x = g.input('x', 'float32', ['batch', 2])
    const product = g.op('MatMul', [g.op('Tanh', [x]), g.parameter('w', 'float32', [2, 3], weights)])
    g.output('y', g.op('Add', [product, g.input('x2', 'float32', ['batch', 3])]), 'float32', ['batch', 3])
    const graph = gradientGraph(g.build(), { dims: { batch: 2 } })
    expect(graph).toMatchObject({
      inputs: [
        { name: 'x', dtype: 'float32', shape: [2, 2] },
        { name: 'x2', dtype: 'float32', shape: [2, 3] },
      ],
      output: { name: 'y', dtype: 'float32', shape: [2, 3] },
      selection: 'selection',
      gradients: [
        { input: 'x', output: 'x/gradient' },
        { input: 'x2', output: 'x2/gradient' },
      ],
    })
    // Element 1 of the first example; elements 0 and 2 of the second, weighed.
    const selection = select(0, 1, 0, 0.5, 0, 2)
    const [results] = await runModel(graph.model, { x: points, x2: bias, selection })
    const tanh = Array.from(points.data, Math.tanh)
    const at = (row: number, column: number) => weights[3 * row + column]!
    tanh.forEach((value, i) => {
      const [example, row] = [Math.floor(i / 2), i % 2]
      const slope = example === 0 ? at(row, 1) : 0.5 * at(row, 0) + 2 * at(row, 2)
      expect(results!['x/gradient']![i]).toBeCloseTo(slope * (1 - value ** 2), 6)
    })
    expect(results!['x2/gradient']).toEqual(selection.data)
    bias.data.forEach((value, i) => {
      const [example, column] = [Math.floor(i / 3), i % 3]
      const y = tanh[2 * example]! * at(0, column) + tanh[2 * example + 1]! * at(1, column) + value
      expect(results!['y']![i]).toBeCloseTo(y, 5)
    })
  })

  it('leaves out inputs of whole numbers and those that nobody asked for', () => {
    const dims = { batch: 2 }
    expect(gradientGraph(model(), { dims }).gradients.map(({ input }) => input)).toEqual(['x', 'x2'])
    const { gradients, inputs } = gradientGraph(model(), { dims, inputs: ['x'] })
    expect(gradients).toEqual([{ input: 'x', output: 'x/gradient' }])
    expect(inputs.map(({ name }) => name)).toEqual(['x', 'x2', 'rows'])
  })

  it('finds other names where the model has its own', () => {
    const graph = gradientGraph(model({ x: 'selection', hidden: 'selection/gradient' }), {
      dims: { batch: 2 },
    })
    expect(graph.selection).toBe('selection_2')
    expect(graph.gradients[0]).toEqual({ input: 'selection', output: 'selection/gradient_2' })
  })

  it.each([
    ['an input of whole numbers', { inputs: ['rows'] }, 'CONFIG_INVALID', /"rows" is no input/],
    ['an unknown input', { inputs: ['z'] }, 'CONFIG_INVALID', /"z" is no input/],
    ['no input', { inputs: [] }, 'CONFIG_INVALID', /no input/],
    ['an output of whole numbers', { output: 'classes' }, 'CONFIG_INVALID', /"classes" holds int64/],
    ['an unknown output', { output: 'z' }, 'CONFIG_INVALID', /no output "z"/],
    ['a dimension without size', { dims: {} }, 'CONFIG_INVALID', /dynamic dimensions/],
  ])('refuses %s', (_, options, code, message) => {
    expect(() => gradientGraph(model(), { dims: { batch: 2 }, ...options })).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })

  it('refuses an operator without gradient on the way', () => {
    const g = graphBuilder('odd')
    const x = g.input('x', 'float32', [2])
    g.output('y', g.op('Shrink', [x], {}, { dtype: 'float32', shape: [2] }), 'float32', [2])
    expect(() => gradientGraph(g.build())).toThrow(
      expect.objectContaining({ code: 'GRADIENT_UNSUPPORTED', message: expect.stringContaining('Shrink') }),
    )
  })
})

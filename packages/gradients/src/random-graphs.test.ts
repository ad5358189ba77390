import type { GraphBuilder, Value } from '@homing/onnx'
import fc from 'fast-check'
import { it } from 'vitest'

import { checkGradient } from './testing/check-gradient.ts'

/** All values of a graph are of this shape, so that any may follow any. */
const shape = [3, 4]

type Step = (g: GraphBuilder, a: Value, b: Value, dtype: 'float32' | 'float64') => Value

const unary =
  (type: string, attributes = {}): Step =>
  (g, a) =>
    g.op(type, [a], attributes)
const binary =
  (type: string): Step =>
  (g, a, b) =>
    g.op(type, [a, b])
const bounded = (g: GraphBuilder, value: Value): Value => g.op('Sin', [value])

/** Smooth ways to a value from one or two others, through other shapes and back. */
const steps: Readonly<Record<string, Step>> = {
  add: binary('Add'),
  subtract: binary('Sub'),
  multiply: (g, a, b) => bounded(g, g.op('Mul', [a, b])),
  sine: unary('Sin'),
  cosine: unary('Cos'),
  sigmoid: unary('Sigmoid'),
  'softmax over rows': unary('Softmax', { axis: 1 }),
  'softmax over columns': unary('Softmax', { axis: 0 }),
  // a (b' a): a diamond whose middle has another shape
  products: (g, a, b) => {
    const inner = g.op('MatMul', [g.op('Transpose', [b], { perm: [1, 0] }), a])
    return bounded(g, g.op('MatMul', [a, inner]))
  },
  'mean of rows, broadcast': (g, a, b) =>
    g.op('Sub', [b, g.op('ReduceMean', [a], { axes: [1], keepdims: 1 })]),
  'sum of columns, broadcast': (g, a, b) =>
    bounded(g, g.op('Add', [b, g.op('ReduceSum', [a, g.ints([0])], { keepdims: 0 })])),
  'cut and joined': (g, a, b) => {
    const [left, right] = g.ops('Split', [a, g.ints([1, 3])], 2, { axis: 1 })
    const last = g.op('Slice', [b, g.ints([-1]), g.ints([4]), g.ints([1])])
    return g.op('Add', [g.op('Concat', [right, last], { axis: 1 }), left])
  },
  'rows gathered, one twice': (g, a) => g.op('Gather', [a, g.ints([2, 0, 2])]),
  'spread and reshaped': (g, a) => {
    const flat = g.op('Reshape', [
      g.op('Expand', [g.op('Unsqueeze', [a, g.ints([0])]), g.ints([2, 3, 4])]),
      g.ints([6, 4]),
    ])
    return g.op('Slice', [flat, g.ints([1]), g.ints([6]), g.ints([0]), g.ints([2])])
  },
  'by the larger': (g, a, b, dtype) => {
    // Away from its kink: the choice depends on a constant, not on the values.
    const mask = g.constant('bool', [3, 1], [1, 0, 1])
    return g.op('Where', [mask, a, g.op('Mul', [b, g.scalar(0.5, dtype)])])
  },
}

/** Which step, and of which of the values so far; counted from the last. */
const step = fc.record({
  name: fc.constantFrom(...Object.keys(steps)),
  a: fc.nat({ max: 3 }),
  b: fc.nat({ max: 5 }),
})

it(
  'graphs at random, with values used many times and values used by nobody',
  { timeout: 60_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 10 }), fc.integer(), (drawn, seed) =>
        checkGradient({
          define(g, inputs, dtype) {
            const values = [...inputs]
            const at = (back: number): Value =>
              values[(values.length - 1 - back + 6 * values.length) % values.length]!
            for (const { name, a, b } of drawn) values.push(steps[name]!(g, at(a), at(b), dtype))
            // The inputs count too, so that each has a gradient.
            return g.op('Sum', [values.at(-1), ...inputs.map((input) => bounded(g, input))])
          },
          shapes: [shape, shape],
          output: shape,
          step: 1e-2,
          seed,
        }),
      ),
      { numRuns: 40 },
    )
  },
)

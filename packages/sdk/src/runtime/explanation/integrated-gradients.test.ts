import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { gaussLegendre } from './gauss-legendre.ts'
import { integratedGradients, type Vectors } from './integrated-gradients.ts'

type Gradient = (point: Float64Array) => number[]

/** Runs `gradient` on each of the points of one input `x`, and counts the calls. */
function along(gradient: Gradient, size: number) {
  const calls: number[] = []
  const gradientsAt = ({ x }: Vectors): Promise<Vectors> => {
    calls.push(x!.length / size)
    const points = Array.from({ length: x!.length / size }, (_, k) => x!.slice(k * size, (k + 1) * size))
    return Promise.resolve({
      x: Float64Array.from(points.flatMap((point) => gradient(Float64Array.from(point)))),
    })
  }
  return { calls, gradientsAt }
}
const explain = async (gradient: Gradient, to: number[], from: number[], steps: number, batch = 4) => {
  const { calls, gradientsAt } = along(gradient, to.length)
  const [input, baseline] = [{ x: Float64Array.from(to) }, { x: Float64Array.from(from) }]
  const { x } = await integratedGradients({ input, baseline, path: gaussLegendre(steps), batch, gradientsAt })
  return { values: [...x!], calls }
}

const numbers = (length: number) =>
  fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: length, maxLength: length })

describe('integrated gradients', () => {
  it('of a linear function are its weights times the difference, whatever the steps and batches', () =>
    fc.assert(
      fc.asyncProperty(
        numbers(3),
        numbers(3),
        numbers(3),
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 5 }),
        async (weights, to, from, steps, batch) => {
          const { values, calls } = await explain(() => weights, to, from, steps, batch)
          values.forEach((value, i) => expect(value).toBeCloseTo(weights[i]! * (to[i]! - from[i]!), 9))
          expect(calls).toEqual(Array.from({ length: Math.ceil(steps / batch) }, () => batch))
        },
      ),
      { numRuns: 50 },
    ))

  it('of a product of two share its gain alike, and give an element without influence nothing', async () => {
    // f = x0 x1, from the origin: the way is x = a t, the gradient (x1, x0), so each gets x0 x1 / 2.
    const { values } = await explain(([a, b]) => [b!, a!, 0], [3, 5, 7], [0, 0, 0], 2)
    expect(values[0]).toBeCloseTo(7.5, 10)
    expect(values[1]).toBeCloseTo(7.5, 10)
    expect(values[2]).toBe(0)
  })

  it('add up to the difference for smooth functions of any inputs (completeness)', () =>
    fc.assert(
      fc.asyncProperty(numbers(2), numbers(2), numbers(2), async (weights, to, from) => {
        const f = (x: readonly number[]) =>
          Math.tanh(weights[0]! * x[0]! + weights[1]! * x[1]!) + x[0]! * x[1]!
        const gradient: Gradient = (x) => {
          const slope = 1 - Math.tanh(weights[0]! * x[0]! + weights[1]! * x[1]!) ** 2
          return [weights[0]! * slope + x[1]!, weights[1]! * slope + x[0]!]
        }
        const { values } = await explain(gradient, to, from, 64)
        expect(values[0]! + values[1]!).toBeCloseTo(f(to) - f(from), 4)
      }),
      { numRuns: 50 },
    ))

  it('keep the inputs of a model apart, each in its own precision', async () => {
    const { x, y } = await integratedGradients({
      input: { x: Float32Array.of(2), y: Float64Array.of(1, 3) },
      baseline: { x: Float32Array.of(0), y: Float64Array.of(1, 1) },
      path: gaussLegendre(3),
      batch: 3,
      gradientsAt(points) {
        expect(points['x']).toBeInstanceOf(Float32Array)
        expect(points['y']).toHaveLength(6)
        expect(points['y']!.filter((_, i) => i % 2 === 0)).toEqual(Float64Array.of(1, 1, 1))
        return Promise.resolve({ x: Float32Array.of(1, 1, 1), y: Float64Array.of(9, 2, 9, 2, 9, 2) })
      },
    })
    expect(x![0]).toBeCloseTo(2, 10)
    expect([...y!].map((value) => Math.round(value))).toEqual([0, 4])
  })
})

import fc from 'fast-check'
import { describe, it } from 'vitest'

import { checkGradient } from '../testing/check-gradient.ts'

const size = fc.integer({ min: 1, max: 5 })
const seed = fc.integer()

describe('matrix products', () => {
  it('MatMul of matrices and of batches, broadcast or not', async () => {
    const batches = fc.constantFrom<[number[], number[], number[]]>(
      [[], [], []],
      [[3], [], [3]],
      [[2, 3], [3], [2, 3]],
      [[2, 1], [3], [2, 3]],
      [[2], [2], [2]],
    )
    await fc.assert(
      fc.asyncProperty(size, size, size, batches, seed, (m, k, n, [left, right, both], seed) =>
        checkGradient({
          define: (g, inputs) => g.op('MatMul', inputs),
          shapes: [
            [...left, m, k],
            [...right, k, n],
          ],
          output: [...both, m, n],
          step: 0.5,
          seed,
        }),
      ),
      { numRuns: 25 },
    )
  })

  it.each([
    [[3], [3, 2]],
    [[3], [2, 3, 2]],
    [[2, 3], [3]],
    [[2, 4, 3], [3]],
    [[3], [3]],
  ])('MatMul of %j by %j', async (...shapes) => {
    await checkGradient({ define: (g, inputs) => g.op('MatMul', inputs), shapes, step: 0.5, seed: 1 })
  })

  it('Gemm with every transposition, factor and shape of C', async () => {
    const factor = fc.constantFrom(1, 0.5, -2)
    await fc.assert(
      fc.asyncProperty(
        size,
        size,
        size,
        fc.boolean(),
        fc.boolean(),
        factor,
        factor,
        fc.integer({ min: 0, max: 5 }),
        seed,
        (m, k, n, transA, transB, alpha, beta, kind, seed) => {
          const c = [[m, n], [n], [1, n], [m, 1], []][kind]
          const shapes = [transA ? [k, m] : [m, k], transB ? [n, k] : [k, n], ...(c ? [c] : [])]
          return checkGradient({
            define: (g, inputs) => g.op('Gemm', inputs, { alpha, beta, transA, transB }),
            shapes,
            output: [m, n],
            step: 0.5,
            seed,
          })
        },
      ),
      { numRuns: 40 },
    )
  })
})

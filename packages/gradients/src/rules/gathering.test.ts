import fc from 'fast-check'
import { describe, it } from 'vitest'

import { anyShape, seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'

const size = fc.integer({ min: 1, max: 4 })

describe('gathering', () => {
  it('Gather along any axis, rows taken twice, from the end or not at all', async () => {
    const rows = fc.array(fc.double({ min: -1, max: 0.999, noNaN: true }), { minLength: 4, maxLength: 4 })
    const indexShape = fc.constantFrom<number[]>([], [1], [3], [2, 2])
    await fc.assert(
      fc.asyncProperty(
        anyShape,
        fc.nat(3),
        rows,
        indexShape,
        fc.constantFrom('int32' as const, 'int64' as const),
        seed,
        (shape, place, rows, indexShape, dtype, seed) => {
          const axis = place % shape.length
          const count = indexShape.reduce((product, dim) => product * dim, 1)
          const indices = rows.slice(0, count).map((row) => Math.floor(row * shape[axis]!))
          return checkGradient({
            define: (g, [x]) => g.op('Gather', [x!, g.constant(dtype, indexShape, indices)], { axis }),
            shapes: [shape],
            step: 0.5,
            seed,
          })
        },
      ),
      { numRuns: 30 },
    )
  })

  it('GatherElements along any axis', async () => {
    const rows = fc.array(fc.double({ min: -1, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 24 })
    await fc.assert(
      fc.asyncProperty(
        fc.tuple(size, size),
        fc.nat(1),
        size,
        rows,
        seed,
        (shape, axis, count, rows, seed) => {
          const taken = shape.with(axis, count)
          const places = Array.from({ length: taken[0]! * taken[1]! }, (_, i) =>
            Math.floor(rows[i % rows.length]! * shape[axis]!),
          )
          return checkGradient({
            define: (g, [x]) =>
              g.op('GatherElements', [x!, g.constant('int64', taken, places)], { axis: axis - 2 }),
            shapes: [shape],
            output: taken,
            step: 0.5,
            seed,
          })
        },
      ),
      { numRuns: 12 },
    )
  })
})

import fc from 'fast-check'
import { describe, it } from 'vitest'

import { anyShape, seed } from '../testing/any-shape.ts'
import { checkGradient } from '../testing/check-gradient.ts'

const between = (min: number, max: number) => fc.integer({ min, max })
const step = 0.5
const sizes = fc.tuple(between(1, 2), between(1, 2), between(1, 3), between(1, 3))

describe('rearranging', () => {
  it.each([
    ['DepthToSpace', { mode: 'DCR' }],
    ['DepthToSpace', { mode: 'CRD' }],
    ['SpaceToDepth', {}],
  ])('%s %j', async (type, attributes) => {
    await fc.assert(
      fc.asyncProperty(sizes, between(1, 2), seed, ([n, c, h, w], blocksize, seed) =>
        checkGradient({
          define: (g, values) => g.op(type, values, { ...attributes, blocksize }),
          shapes: [
            type === 'DepthToSpace' ? [n, c * blocksize ** 2, h, w] : [n, c, h * blocksize, w * blocksize],
          ],
          step,
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })

  it('CumSum along any axis, in any direction', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyShape,
        fc.nat(3),
        fc.boolean(),
        fc.boolean(),
        seed,
        (shape, place, exclusive, reverse, seed) =>
          checkGradient({
            define: (g, [x]) =>
              g.op('CumSum', [x!, g.constant('int64', [], [place % shape.length])], { exclusive, reverse }),
            shapes: [shape],
            step,
            seed,
          }),
      ),
      { numRuns: 12 },
    )
  })

  it('Trilu with any diagonal', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, between(-2, 2), fc.boolean(), seed, (shape, k, upper, seed) =>
        checkGradient({
          define: (g, [x]) => g.op('Trilu', [x!, g.constant('int64', [], [k])], { upper }),
          shapes: [shape],
          step,
          seed,
        }),
      ),
      { numRuns: 8 },
    )
  })

  it('GatherND of elements and of slices, some taken twice', async () => {
    const places = fc.array(fc.tuple(between(-3, 2), between(0, 1)), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(places, between(1, 2), seed, (places, depth, seed) =>
        checkGradient({
          define: (g, [x]) => {
            const indices = places.flatMap((place) => place.slice(0, depth))
            return g.op('GatherND', [x!, g.constant('int64', [places.length, depth], indices)])
          },
          shapes: [[3, 2, 2]],
          output: [places.length, ...[2, 2].slice(depth - 1)],
          step,
          seed,
        }),
      ),
      { numRuns: 10 },
    )
  })

  it.each(['none', 'add'])('ScatterElements and ScatterND with reduction %s', async (reduction) => {
    const rows = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 1 })
    await fc.assert(
      fc.asyncProperty(rows, seed, async (rows, seed) => {
        const shapes = [
          [4, 2],
          [rows.length, 2],
        ]
        const elements = rows.flatMap((row) => [row, row])
        const settings = { shapes, output: [4, 2], step, seed }
        await checkGradient({
          define: (g, [x, y]) =>
            g.op('ScatterElements', [x!, g.constant('int64', shapes[1]!, elements), y!], { reduction }),
          ...settings,
        })
        await checkGradient({
          define: (g, [x, y]) =>
            g.op('ScatterND', [x!, g.constant('int64', [rows.length, 1], rows), y!], { reduction }),
          ...settings,
        })
      }),
      { numRuns: 6 },
    )
  })

  it.each([
    'ij,jk->ik',
    'bij,bkj->bik',
    'ij,kj',
    'ij->j',
    'ij,j->',
    'bhqd,bhkd->bhqk',
    'i,j->ij',
    'ij->ji',
    'abc,cd,b->da',
  ])('Einsum %s', async (equation) => {
    const letters = [...new Set(equation.replaceAll(/[^a-z]/g, ''))]
    await fc.assert(
      fc.asyncProperty(
        fc.array(between(1, 3), { minLength: letters.length, maxLength: letters.length }),
        seed,
        (sizes, seed) =>
          checkGradient({
            define: (g, values) => g.op('Einsum', values, { equation }),
            shapes: equation
              .split('->')[0]!
              .split(',')
              .map((term) => Array.from(term, (letter) => sizes[letters.indexOf(letter)]!)),
            step: 1e-2,
            seed,
          }),
      ),
      { numRuns: 4 },
    )
  })
})

import { ProjectionSchema } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { parsed } from '../testing/parsed.ts'
import {
  addProjection,
  emptyProjection,
  mergeProjections,
  projectionToWire,
  projectorOf,
} from './projection.ts'

const projector = projectorOf({ seed: 7, inputs: 12, dimensions: 4 })
const vector = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 12, maxLength: 12 })
const vectors = fc.array(vector, { minLength: 1, maxLength: 10 })

function projectionOf(list: readonly (readonly number[])[]) {
  const projection = emptyProjection(projector)
  for (const each of list) addProjection(projection, each)
  return projectionToWire(projection)!
}

test('the same seed gives the same directions, on every engine: these', () => {
  expect(projectorOf({ seed: 1, inputs: 12, dimensions: 4 }).signs).not.toEqual(projector.signs)
  expect([...projector.signs].join(' ')).toMatchInlineSnapshot(
    `"-1 -1 1 -1 1 -1 -1 -1 -1 -1 -1 -1 1 -1 -1 -1 1 1 -1 1 -1 1 -1 1 -1 -1 -1 -1 -1 1 1 -1 -1 -1 1 -1 1 -1 -1 1 -1 -1 1 1 1 1 1 1"`,
  )
})

test('directions are even: about as many signs of each kind, and no two alike', () => {
  const { signs } = projectorOf({ seed: 3, inputs: 1000, dimensions: 8 })
  expect(Math.abs(signs.reduce((sum, sign) => sum + sign, 0))).toBeLessThan(4 * Math.sqrt(8000))
  for (let one = 0; one < 8; one++)
    for (let other = 0; other < one; other++) {
      let product = 0
      for (let at = 0; at < 1000; at++) product += signs[one * 1000 + at]! * signs[other * 1000 + at]!
      expect(Math.abs(product)).toBeLessThan(4.5 * Math.sqrt(1000))
    }
})

test('sums of parts merge to those of the whole, in any order and grouping', () => {
  fc.assert(
    fc.property(vectors, vectors, vectors, (a, b, c) => {
      const [x, y, z] = [projectionOf(a), projectionOf(b), projectionOf(c)]
      const whole = projectionOf([...a, ...b, ...c])
      for (const merged of [
        mergeProjections(mergeProjections(x, y), z),
        mergeProjections(z, mergeProjections(y, x)),
      ]) {
        parsed(ProjectionSchema, merged)
        expect(merged.count).toBe(whole.count)
        merged.sums.forEach((sum, at) => expect(sum).toBeCloseTo(whole.sums[at]!, 6))
        merged.squares.forEach((square, at) => expect(square).toBeCloseTo(whole.squares[at]!, 4))
      }
    }),
  )
})

test('a batch of vectors in one array is read at offsets', () => {
  const flat = Float32Array.from({ length: 24 }, (_, at) => at)
  const projection = emptyProjection(projector)
  addProjection(projection, flat, 0)
  addProjection(projection, flat, 12)
  const [first, second] = [Array.from(flat.slice(0, 12)), Array.from(flat.slice(12))]
  expect(projectionToWire(projection)).toEqual(projectionOf([first, second]))
})

test('vectors with NaN or infinities add nothing and say so; short ones are refused', () => {
  const projection = emptyProjection(projector)
  for (const bad of [NaN, Infinity, -Infinity, 1e200])
    expect(addProjection(projection, [...Array<number>(11).fill(1), bad])).toBe(false)
  expect(projectionToWire(projection)).toBeUndefined()
  expect(() => addProjection(projection, [1, 2])).toThrow(expect.objectContaining({ code: 'DATA_INVALID' }))
})

test('other directions, and sizes that may not be, are refused', () => {
  const refused = expect.objectContaining({ code: 'CONFIG_INVALID' })
  const one = { count: 1, sums: [1], squares: [1] }
  expect(() => mergeProjections(one, { count: 1, sums: [1, 2], squares: [1, 4] })).toThrow(refused)
  expect(() => projectorOf({ seed: 1, inputs: 0, dimensions: 4 })).toThrow(refused)
})

import fc from 'fast-check'

/** A seed for the numbers of a case. */
export const seed = fc.integer()

/** A small shape of rank 1 to 4. */
export const anyShape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })

/** Two shapes that broadcast: from a common one, each side loses leading dimensions or shrinks some to 1. */
export const shapePair = anyShape.chain((shape) => {
  const side = fc
    .record({
      drop: fc.integer({ min: 0, max: shape.length }),
      ones: fc.array(fc.boolean(), { minLength: shape.length, maxLength: shape.length }),
    })
    .map(({ drop, ones }) => shape.map((dim, axis) => (ones[axis] ? 1 : dim)).slice(drop))
  return fc.tuple(side, side)
})

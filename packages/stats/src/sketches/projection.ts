import { HomingError, maxMagnitude, type ProjectionWire } from '@homing/protocol'

import { rounded } from './rounded.ts'

/**
 * Sums of random projections of vectors: a shift of the embeddings moves the mean of some of them, and what a single vector
 * was cannot be told (Achlioptas, JCSS 66(4), 2003: signs serve as well as normal numbers).
 */
export interface Projection {
  count: number
  readonly sums: Float64Array
  readonly squares: Float64Array
  readonly projector: Projector
}

/** Directions that vectors are projected to: the same on all devices for the same seed. */
export interface Projector {
  readonly inputs: number
  readonly dimensions: number
  /** +1 or -1, direction by direction. */
  readonly signs: Int8Array
}

/**
 * Directions for vectors of `inputs` numbers, drawn by `seed` (an unsigned 32-bit number).
 * @throws HomingError CONFIG_INVALID for sizes that are no positive whole numbers.
 */
export function projectorOf(options: { seed: number; inputs: number; dimensions: number }): Projector {
  const { seed, inputs, dimensions } = options
  if (![inputs, dimensions].every((size) => Number.isSafeInteger(size) && size > 0))
    throw new HomingError('CONFIG_INVALID', `Vectors of ${inputs} numbers have no ${dimensions} projections`)
  const signs = new Int8Array(inputs * dimensions)
  for (let at = 0; at < signs.length; at++) signs[at] = (mixed(seed, at) & 1) * 2 - 1
  return { inputs, dimensions, signs }
}

/** 32 bits that depend on seed and index alone (the finaliser of MurmurHash3): integers, so that all engines agree. */
function mixed(seed: number, index: number): number {
  let bits = Math.imul(index + 1, 0x9e3779b1) ^ seed
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** Sums of no vector. */
export function emptyProjection(projector: Projector): Projection {
  const { dimensions } = projector
  return { count: 0, sums: new Float64Array(dimensions), squares: new Float64Array(dimensions), projector }
}

/**
 * Adds the vector that begins at `offset` of `vector`, in place. False where it holds something that is no finite number, or a
 * magnitude beyond 1e100: then nothing is added.
 * @throws HomingError DATA_INVALID for a vector that is too short.
 */
export function addProjection(projection: Projection, vector: ArrayLike<number>, offset = 0): boolean {
  const { inputs, dimensions, signs } = projection.projector
  if (vector.length < offset + inputs)
    throw new HomingError('DATA_INVALID', `A vector has ${vector.length - offset} numbers, not ${inputs}`)
  // Each projection is divided by the root of `inputs`: it then has the spread of one element.
  const scale = 1 / Math.sqrt(inputs)
  for (let at = 0; at < inputs; at++)
    if (!(Math.abs(vector[offset + at]!) <= maxMagnitude * scale)) return false
  for (let direction = 0; direction < dimensions; direction++) {
    let sum = 0
    for (let at = 0; at < inputs; at++) sum += signs[direction * inputs + at]! * vector[offset + at]!
    projection.sums[direction]! += sum * scale
    projection.squares[direction]! += (sum * scale) ** 2
  }
  projection.count += 1
  return true
}

/**
 * Sums of both.
 * @throws HomingError CONFIG_INVALID where they have different numbers of directions.
 */
export function mergeProjections(a: ProjectionWire, b: ProjectionWire): ProjectionWire {
  if (a.sums.length !== b.sums.length)
    throw new HomingError('CONFIG_INVALID', 'Projections to different directions cannot be merged')
  return {
    count: a.count + b.count,
    sums: a.sums.map((sum, at) => sum + b.sums[at]!),
    squares: a.squares.map((square, at) => square + b.squares[at]!),
  }
}

/** Sums as they travel; undefined where nothing was added. */
export function projectionToWire({ count, sums, squares }: Projection): ProjectionWire | undefined {
  return count > 0
    ? { count, sums: Array.from(sums, rounded), squares: Array.from(squares, rounded) }
    : undefined
}

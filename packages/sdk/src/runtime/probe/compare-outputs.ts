import { HomingError, type Tensor, type Tolerance } from '@homing/protocol'

import type { Tensors } from '../engine.ts'
import { elementReader } from './element-reader.ts'

/** How outputs lie to those that are wanted. */
export interface OutputComparison {
  /** Greatest distance of an element as a share of what the tolerance allows it: above 1 it is out of tolerance. */
  readonly deviation: number
  /** The element that is furthest out of tolerance, in words. */
  readonly problem?: string
  /** Rows along the last dimension, where that has more than one element, */
  readonly rows: number
  /** and those whose greatest element is where it should be, or on a par with it. */
  readonly agreeing: number
}

/**
 * Compares the outputs that `want` names.
 * @throws HomingError PROBE_INVALID when what is wanted holds NaN, which nothing can be compared with.
 */
export function compareOutputs(want: Tensors, got: Tensors, tolerance: Tolerance): OutputComparison {
  let [deviation, rows, agreeing] = [0, 0, 0]
  let problem: string | undefined
  for (const [name, wanted] of Object.entries(want)) {
    const given = Object.hasOwn(got, name) ? got[name] : undefined
    if (!given || given.dtype !== wanted.dtype || given.shape.join() !== wanted.shape.join()) {
      const what = given ? `${given.dtype} [${given.shape.join(', ')}]` : 'missing'
      return {
        deviation: Infinity,
        problem: `output "${name}" is ${what} instead of ${wanted.dtype} [${wanted.shape.join(', ')}]`,
        rows: 0,
        agreeing: 0,
      }
    }
    const worst = worstElement(name, wanted, given, tolerance)
    if (worst.problem !== undefined && worst.deviation > deviation) problem = worst.problem
    deviation = Math.max(deviation, worst.deviation)
    const alike = agreeingRows(wanted, given, tolerance)
    rows += alike.rows
    agreeing += alike.agreeing
  }
  return { deviation, rows, agreeing, ...(problem === undefined ? {} : { problem }) }
}

/** What an element may differ by. */
const allowance = ({ absolute, relative }: Tolerance, wanted: number): number =>
  absolute + relative * Math.abs(wanted)

function worstElement(
  name: string,
  wanted: Tensor,
  given: Tensor,
  tolerance: Tolerance,
): Pick<OutputComparison, 'deviation' | 'problem'> {
  const [want, get] = [elementReader(wanted), elementReader(given)]
  let deviation = 0
  let problem: string | undefined
  for (let index = 0; index < wanted.data.length; index++) {
    const [expected, found] = [want(index), get(index)]
    if (Number.isNaN(expected))
      throw new HomingError('PROBE_INVALID', `Element ${index} of the wanted output "${name}" is NaN.`)
    if (expected === found) continue // infinities too
    const allowed = allowance(tolerance, expected)
    const share = Number.isFinite(expected) ? Math.abs(found - expected) / allowed : Infinity
    const far = Number.isNaN(share) ? Infinity : share // NaN is far from everything
    if (far > 1 && far > deviation)
      problem = `element ${index} of output "${name}" is ${found} instead of ${expected}`
    deviation = Math.max(deviation, far)
  }
  return { deviation, ...(problem === undefined ? {} : { problem }) }
}

/** Where elements of a row are within tolerance of its greatest, any of them may come first. */
function agreeingRows(
  wanted: Tensor,
  given: Tensor,
  tolerance: Tolerance,
): Pick<OutputComparison, 'rows' | 'agreeing'> {
  const width = wanted.shape.at(-1) ?? 1
  if (width < 2) return { rows: 0, agreeing: 0 }
  const [want, get] = [elementReader(wanted), elementReader(given)]
  const rows = wanted.data.length / width
  let agreeing = 0
  for (let row = 0; row < rows; row++) {
    const greatest = want(row * width + greatestOf(want, row * width, width))
    const chosen = want(row * width + greatestOf(get, row * width, width))
    if (chosen === greatest || greatest - chosen <= allowance(tolerance, greatest)) agreeing++
  }
  return { rows, agreeing }
}

function greatestOf(element: (index: number) => number, start: number, width: number): number {
  let best = 0
  for (let index = 1; index < width; index++) if (element(start + index) > element(start + best)) best = index
  return best
}

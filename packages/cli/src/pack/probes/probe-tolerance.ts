import type { Precision, Tolerance } from '@homing/protocol'

import type { Tensors } from './tensor-set.ts'

/**
 * What backends may differ by, as a share of the outputs' scale and of each element. Single precision: backends add in
 * other orders and take other exponentials, which moves outputs of real models by 1e-6 to 1e-4, and of those that were measured
 * here by 3e-5 at most; a channel of the wrong sign, a lost tile or a gain of 1% move them by more than 1e-2. Half precision keeps 11 bits, a thousandth, and loses some of them on
 * the way. Inputs that are rounded in each call may fall on the other side of a step of 1/255.
 */
const shares: Readonly<Record<Precision, number>> = {
  fp32: 3e-4,
  fp16: 1e-2,
  int8: 3e-4,
  'int8-dynamic': 1e-2,
}

/** Relative rounding of a value on the way, by which the outputs' own sensitivity is tried. */
export const roundings: Readonly<Record<Precision, number>> = {
  fp32: 2 ** -17,
  fp16: 2 ** -11,
  int8: 2 ** -17,
  'int8-dynamic': 2 ** -10,
}

/** Times the sensitivity that is allowed: roundings add up over the layers. */
const margin = 8

/** Share of rows whose greatest element must be where it was: ties fall either way. */
const labels = 0.9

/**
 * How far backends may lie from `wanted`. `moved` are the outputs for inputs that were moved by one rounding: a model that
 * magnifies these gets more room, since an honest backend would move its outputs so, too.
 */
export function probeTolerance(
  precision: Precision,
  wanted: readonly Tensors[],
  moved: readonly Tensors[],
): Tolerance {
  const share = shares[precision]
  const scale = largest(wanted, (value) => value)
  const sensitivity = largest(wanted, (value, other) => value - other, moved)
  return {
    absolute: rounded(Math.max(share * scale, margin * sensitivity, Number.MIN_VALUE)),
    relative: share,
    labels,
  }
}

/** The largest root mean square of an output over all cases. */
function largest(
  cases: readonly Tensors[],
  of: (value: number, other: number) => number,
  others: readonly Tensors[] = cases,
): number {
  const sums = new Map<string, { squares: number; count: number }>()
  cases.forEach((outputs, index) => {
    for (const [name, { dtype, data }] of Object.entries(outputs)) {
      if (dtype !== 'float32' && dtype !== 'float64') continue
      const sum = sums.get(name) ?? { squares: 0, count: 0 }
      const other = others[index]![name]!.data
      data.forEach((value, at) => {
        const size = of(value, other[at] as number)
        if (!Number.isFinite(size)) return // infinities are compared as they are
        sum.squares += size ** 2
        sum.count++
      })
      sums.set(name, sum)
    }
  })
  return Math.max(
    0,
    ...[...sums.values()].map(({ squares, count }) => Math.sqrt(squares / Math.max(1, count))),
  )
}

/** Two digits: a manifest is for people too. */
const rounded = (value: number): number => Number(value.toPrecision(2))

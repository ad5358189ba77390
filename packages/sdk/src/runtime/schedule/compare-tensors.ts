import { numbersOf } from '@homing/pipeline'
import type { Probes, Tensor } from '@homing/protocol'

import { batchTolerance } from '../config.ts'
import type { Tensors } from '../engine.ts'

type Tolerance = Pick<Probes['tolerance'], 'absolute' | 'relative'>

/** Whether the tensors hold the same values, under the same names. */
export function sameTensors(one: Tensors, other: Tensors): boolean {
  return everyPair(one, other, (a, b) => a.data.length === b.data.length && sameData(a.data, b.data))
}

/** Whether every value is where it was, within `tolerance`. Whole numbers and strings must be the same. */
export function alikeTensors(got: Tensors, want: Tensors, tolerance: Tolerance = batchTolerance): boolean {
  return everyPair(got, want, (a, b) => {
    if (a.dtype !== b.dtype || a.data.length !== b.data.length) return false
    if (!a.dtype.startsWith('float')) return sameData(a.data, b.data)
    const [found, wanted] = [numbersOf(a), numbersOf(b)]
    return found.every((value, at) => near(value, wanted[at]!, tolerance))
  })
}

function everyPair(one: Tensors, other: Tensors, holds: (a: Tensor, b: Tensor) => boolean): boolean {
  return Object.entries(one).every(([name, tensor]) => {
    const counterpart = other[name]
    return counterpart !== undefined && holds(tensor, counterpart)
  })
}

function sameData(one: Tensor['data'], other: Tensor['data']): boolean {
  for (let at = 0; at < one.length; at++) if (!Object.is(one[at], other[at])) return false
  return true
}

function near(value: number, wanted: number, { absolute, relative }: Tolerance): boolean {
  return Object.is(value, wanted) || Math.abs(value - wanted) <= absolute + relative * Math.abs(wanted)
}

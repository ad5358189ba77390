import type { Emitter, ShapedValue } from '../emitter.ts'
import type { TrainedTensor } from './trained-tensor.ts'

/** Name of the state that holds the sum of a tensor's gradients so far. */
export const accumulatedState = 'accumulated'

/** The gradients of one change of the parameters that several steps prepare. */
export interface Accumulation {
  /** Their means over the steps so far; over all of them in the last. */
  readonly gradients: ReadonlyMap<string, ShapedValue>
  readonly sums: ReadonlyMap<string, ShapedValue>
  /** Whether this step is the last: a bool scalar. */
  readonly due: ShapedValue
  /** The number of the change, from 1: a float32 scalar. */
  readonly change: ShapedValue
}

/** Adds the gradients of a step to those of the steps before it; each `count` of them make one change. */
export function accumulated(
  emit: Emitter,
  gradients: ReadonlyMap<string, ShapedValue>,
  tensors: readonly TrainedTensor[],
  step: ShapedValue,
  count: number,
): Accumulation {
  // ceil(step / count), from the middle between two numbers: GPUs may be off by some units in the last place.
  const started = emit.unary('Floor', emit.binary('Mul', emit.binary('Sub', step, 0.5), 1 / count))
  const change = emit.binary('Add', started, 1)
  const left = emit.binary('Sub', emit.binary('Mul', change, count), step)
  const sums = tensors.map(({ parameter: { name }, state }): [string, ShapedValue] => [
    name,
    emit.binary('Add', state[accumulatedState]!, gradients.get(name)!),
  ])
  const means = sums.map(([name, sum]): [string, ShapedValue] => [name, emit.binary('Mul', sum, 1 / count)])
  return {
    gradients: new Map(means),
    sums: new Map(sums),
    due: emit.compare('Less', left, 0.5),
    change,
  }
}

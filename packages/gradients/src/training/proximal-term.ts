import type { Emitter, ShapedValue } from '../emitter.ts'
import { sumOfSquares } from './sum-of-squares.ts'
import type { TrainedTensor } from './trained-tensor.ts'

/** A loss with its gradients by the names of the trained tensors. */
export interface Objective {
  readonly loss: ShapedValue
  readonly gradients: ReadonlyMap<string, ShapedValue>
}

/**
 * The objective with the term of FedProx (Li et al. 2020), weight / 2 ||w - w0||^2, which pulls the trained tensors
 * towards where the run began; and that term.
 */
export function withProximalTerm(
  emit: Emitter,
  { loss, gradients }: Objective,
  tensors: readonly TrainedTensor[],
  weight: number,
): Objective & { readonly term: ShapedValue } {
  const drifts = tensors.map(({ parameter, anchor }) => emit.binary('Sub', parameter, anchor!))
  const term = emit.binary('Mul', sumOfSquares(emit, drifts), weight / 2)
  const pulled = tensors.map(({ parameter: { name } }, index): [string, ShapedValue] => [
    name,
    emit.binary('Add', gradients.get(name)!, emit.binary('Mul', drifts[index]!, weight)),
  ])
  const like = term.dtype === loss.dtype ? term : emit.cast(term, loss.dtype)
  return { loss: emit.binary('Add', loss, like), gradients: new Map(pulled), term }
}

import { HomingError } from '@homing/protocol'
import type { Tensor as TfjsTensor } from '@tensorflow/tfjs-core'

import type { TfjsCore } from '../../libraries/tfjs-library.ts'
import type { TfjsModel, TfjsTensors } from '../../libraries/tfjs-model.ts'
import type { WantedGradients } from '../engine.ts'

/** What TensorFlow.js says of operators without gradient, of backends without its kernel, and of control flow. */
const noGradient =
  /gradient function not found|Cannot compute gradient|not registered for backend|executeAsync/i

/**
 * The gradients that are wanted, in the order of `wanted.inputs`; `fed` and they are the caller's to dispose of.
 * @throws HomingError TRAINING_UNAVAILABLE when an operator of the model has no gradient on this backend.
 */
export function tfjsGradients(
  core: TfjsCore,
  model: TfjsModel,
  place: number,
  fed: TfjsTensors,
  { inputs, weights }: WantedGradients,
): TfjsTensor[] {
  try {
    return core.tidy(() => {
      const counts = core.tensor(Float32Array.from(weights), [1, weights.length])
      const explained = (...points: TfjsTensor[]) => {
        const given = Object.fromEntries(inputs.map((name, i) => [name, points[i]!]))
        const output = model.run({ ...fed, ...given })[place]!
        return core.sum(core.mul(core.reshape(output, [-1, weights.length]), counts))
      }
      return core.grads(explained)(inputs.map((name) => fed[name]!))
    })
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    if (!noGradient.test(message)) throw cause
    throw new HomingError(
      'TRAINING_UNAVAILABLE',
      `TensorFlow.js cannot differentiate this model on ${core.getBackend()}: ${message}`,
      { cause },
    )
  }
}

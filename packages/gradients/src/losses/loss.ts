import type { ElementType } from '@homing/onnx'

import type { Emitter, ShapedValue } from '../emitter.ts'

/** What a loss writes: mean over the batch, further scalars by name, and its gradient with respect to the output. */
export interface WrittenLoss {
  readonly loss: ShapedValue
  readonly metrics: Readonly<Record<string, ShapedValue>>
  readonly gradient: ShapedValue
}

/** Type of targets; class indices lie below `classes`. */
export interface TargetType {
  readonly dtype: ElementType
  readonly shape: readonly number[]
  readonly classes?: number
}

/** A loss between the model's output and targets. */
export interface Loss {
  /**
   * Targets that fit an output.
   * @throws HomingError CONFIG_INVALID when none do.
   */
  readonly targets: (output: ShapedValue) => TargetType
  readonly write: (emit: Emitter, output: ShapedValue, targets: ShapedValue) => WrittenLoss
}

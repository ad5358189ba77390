import type { ElementType } from '@homing/onnx'

import type { Emitter, ShapedValue } from '../emitter.ts'

/** What a loss writes: mean over the batch, further scalars by name, and its gradient with respect to the output. */
export interface WrittenLoss {
  readonly loss: ShapedValue
  readonly metrics: Readonly<Record<string, ShapedValue>>
  readonly gradient: ShapedValue
}

/** A loss between the model's output and targets. */
export interface Loss {
  /** Type of the targets that fit an output. */
  readonly targets: (output: ShapedValue) => { dtype: ElementType; shape: readonly number[] }
  readonly write: (emit: Emitter, output: ShapedValue, targets: ShapedValue) => WrittenLoss
}

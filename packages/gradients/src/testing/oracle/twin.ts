import type { ModelProto } from '@homing/onnx'
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core'

import type { Numbers } from '../run-model.ts'

/** Tensors of a network by name. */
export type Tensors = Readonly<Record<string, Tensor>>

/** A network twice: as an ONNX model, and written in tfjs's own operators over the same tensors. */
export interface Twin {
  readonly model: ModelProto
  /** A batch of its input `x`. */
  readonly x: Numbers
  /** Class of each example, of 4. */
  readonly targets: Int32Array
  readonly logits: (x: Tensor, tensors: Tensors) => Tensor2D
  /** For training on the statistics of the batch: what becomes of the running averages. */
  readonly averages?: (x: Tensor, tensors: Tensors) => Tensors
}

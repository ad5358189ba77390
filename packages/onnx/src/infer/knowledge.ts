import type { Tensor } from '@homing/protocol'

import type { Dim, TensorType } from '../builder/value-info.ts'
import type { KnownTensor } from '../fold/known-tensor.ts'
import type { TensorProto } from '../generated/onnx-ml_pb.js'
import { isDType, readTensor } from '../tensor/read-tensor.ts'
import { isExternal, tensorHeader } from '../tensor/tensor-bytes.ts'
import { elementCount } from '../tensor/tensor-size.ts'

/** What is known of the values of a graph before it runs, by name. */
export interface Knowledge {
  readonly types: Map<string, TensorType>
  /** Stored tensors, and what follows from them whatever the inputs are. */
  readonly constants: Map<string, TensorProto>
  /** Whole numbers, in the order of the tensor, that are sizes: some of them may be dynamic. */
  readonly sizes: Map<string, readonly Dim[]>
}

/** A copy of what is known; nothing when absent. */
export function copyKnowledge(known?: Knowledge): Knowledge {
  return { types: new Map(known?.types), constants: new Map(known?.constants), sizes: new Map(known?.sizes) }
}

/** The elements of a stored tensor of at most `limit` numbers; undefined for others, and for what lies elsewhere. */
export function knownTensor(tensor: TensorProto | undefined, limit: number): KnownTensor | undefined {
  if (!tensor || isExternal(tensor)) return undefined
  const { type, shape, what } = tensorHeader(tensor)
  if (!isDType(type) || type === 'string' || elementCount(shape, what) > limit) return undefined
  const read: Tensor = readTensor(tensor)
  return read.dtype === 'string' ? undefined : read
}

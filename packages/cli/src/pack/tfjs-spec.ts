import { type DType, HomingError, type TensorSpec } from '@homing/protocol'

const dtypes: Readonly<Record<string, DType>> = {
  float32: 'float32',
  int32: 'int32',
  bool: 'bool',
  string: 'string',
}

/** A tensor as tfjs tells it: unknown sizes are null or -1, and the shape of a graph's output may be missing. */
export interface TfjsTensor {
  readonly name: string
  readonly dtype: string
  readonly shape?: readonly (number | null)[] | null | undefined
}

/** An input or output for the manifest. A first dimension of unknown size is the batch, the same for all tensors. */
export function tfjsSpec({ name, dtype, shape }: TfjsTensor, kind: 'input' | 'output'): TensorSpec {
  const known = dtypes[dtype]
  if (known === undefined) {
    throw new HomingError(
      'TFJS_INVALID',
      `The ${kind} "${name}" is of type ${dtype || 'unknown'}, which no caller can pass`,
    )
  }
  if (!shape) {
    throw new HomingError(
      'TFJS_INVALID',
      `The ${kind} "${name}" has no shape: convert the model from a SavedModel with a signature`,
    )
  }
  const dims = shape.map((dim, axis) =>
    dim !== null && dim >= 0 ? dim : axis === 0 ? 'batch' : `${name}.${axis}`,
  )
  return { name, dtype: known, shape: dims }
}

import { HomingError, maxRank } from '@homing/protocol'

import { maxTensorBits } from '../config.ts'
import { type ElementType, elementTypes } from './element-types.ts'

/**
 * Dimensions of a stored tensor as numbers, row-major, `[]` for a scalar.
 * @throws HomingError ONNX_INVALID for a negative or absurd dimension, or too many of them.
 */
export function tensorShape(dims: readonly bigint[], what: string): number[] {
  if (dims.length > maxRank) {
    throw new HomingError(
      'ONNX_INVALID',
      `${what} has ${dims.length} dimensions; at most ${maxRank} are read`,
    )
  }
  return dims.map((dim) => {
    if (dim < 0n || dim > BigInt(Number.MAX_SAFE_INTEGER)) {
      throw new HomingError('ONNX_INVALID', `${what} has a dimension of ${dim}`)
    }
    return Number(dim)
  })
}

/**
 * Elements of a tensor of `shape`: 1 for a scalar, 0 when a dimension is 0.
 * @throws HomingError ONNX_INVALID when the product is larger than any file.
 */
export function elementCount(shape: readonly number[], what: string): number {
  if (shape.includes(0)) return 0
  const count = shape.reduce((product, dim) => product * dim, 1)
  if (!(count <= maxTensorBits))
    throw new HomingError('ONNX_INVALID', `${what} has absurd dimensions [${shape.join(', ')}]`)
  return count
}

/**
 * Bytes that a tensor takes in `raw_data` or in external data; elements below a byte are packed.
 * @throws HomingError ONNX_INVALID when it overflows, ONNX_UNSUPPORTED for strings, which have no fixed size.
 */
export function tensorByteSize(type: ElementType, shape: readonly number[], what: string): number {
  const { bits } = elementTypes[type]
  if (bits === 0) throw new HomingError('ONNX_UNSUPPORTED', `${what} holds strings, which have no raw bytes`)
  const total = elementCount(shape, what) * bits
  if (total > maxTensorBits)
    throw new HomingError('ONNX_INVALID', `${what} has absurd dimensions [${shape.join(', ')}]`)
  return Math.ceil(total / 8)
}

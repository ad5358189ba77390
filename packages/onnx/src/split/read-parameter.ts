import { HomingError } from '@homing/protocol'

import type { TensorProto } from '../generated/onnx-ml_pb.js'
import { isExternal, tensorBytes } from '../tensor/tensor-bytes.ts'
import { externalRange, type ReadExternalData } from './external-data.ts'

/**
 * `length` bytes from byte `from` of a stored tensor, wherever it is stored.
 * @throws HomingError ONNX_EXTERNAL_DATA when its file cannot be read or is too short, ONNX_INVALID when its inline
 *   data do not fit its dimensions.
 */
export async function readParameter(
  tensor: TensorProto,
  from: number,
  length: number,
  read: ReadExternalData | undefined,
): Promise<Uint8Array> {
  if (!isExternal(tensor)) return tensorBytes(tensor).subarray(from, from + length)
  const { location, offset } = externalRange(tensor)
  const what = `External data "${location}" of tensor "${tensor.name}"`
  if (!read) throw new HomingError('ONNX_EXTERNAL_DATA', `${what} were not given`)
  const bytes = await read(location, offset + from, length).catch((cause: unknown) => {
    throw cause instanceof HomingError
      ? cause
      : new HomingError('ONNX_EXTERNAL_DATA', `${what} cannot be read`, { cause })
  })
  if (bytes.byteLength !== length) {
    throw new HomingError(
      'ONNX_EXTERNAL_DATA',
      `${what} end early: ${bytes.byteLength} of ${length} bytes at ${offset + from}`,
    )
  }
  return bytes
}

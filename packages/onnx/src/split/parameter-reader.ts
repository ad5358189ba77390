import { HomingError } from '@homing/protocol'

import type { TensorProto } from '../generated/onnx-ml_pb.js'
import { isExternal, tensorBytes } from '../tensor/tensor-bytes.ts'
import { externalRange, type ReadExternalData } from './external-data.ts'

/** Gives `length` bytes from byte `from` of one stored tensor. */
export type ParameterReader = (from: number, length: number) => Promise<Uint8Array>

/**
 * Reads a stored tensor piece by piece, wherever it is stored. The reader throws HomingError ONNX_EXTERNAL_DATA when
 * the tensor's file cannot be read or is too short, ONNX_INVALID when its inline data do not fit its dimensions.
 */
export function parameterReader(tensor: TensorProto, read: ReadExternalData | undefined): ParameterReader {
  if (isExternal(tensor)) return externalReader(tensor, read)
  // Kept between pieces, since typed fields are converted as a whole.
  let bytes: Uint8Array | undefined
  return async (from, length) => (bytes ??= tensorBytes(tensor)).subarray(from, from + length)
}

function externalReader(tensor: TensorProto, read: ReadExternalData | undefined): ParameterReader {
  const { location, offset } = externalRange(tensor)
  const what = `External data "${location}" of tensor "${tensor.name}"`
  const refuse = (problem: string, cause?: unknown): never => {
    throw new HomingError('ONNX_EXTERNAL_DATA', `${what} ${problem}`, cause === undefined ? {} : { cause })
  }
  return async (from, length) => {
    if (!read) return refuse('were not given')
    const bytes = await read(location, offset + from, length).catch((cause: unknown) => {
      throw cause instanceof HomingError ? cause : refuse('cannot be read', cause)
    })
    if (bytes.byteLength === length) return bytes
    return refuse(`end early: ${bytes.byteLength} of ${length} bytes at ${offset + from}`)
  }
}

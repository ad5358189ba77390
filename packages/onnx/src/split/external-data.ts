import { HomingError } from '@homing/protocol'

import type { TensorProto } from '../generated/onnx-ml_pb.js'
import { tensorHeader } from '../tensor/tensor-bytes.ts'
import { tensorByteSize } from '../tensor/tensor-size.ts'

/** Reads `length` bytes at `offset` of the file `location`, which is relative to the model's folder and checked. */
export type ReadExternalData = (location: string, offset: number, length: number) => Promise<Uint8Array>

/** Where the elements of a tensor lie outside the model file. */
export interface ExternalRange {
  /** Path relative to the model's folder, with `/` between its parts, without `.` and `..`. */
  readonly location: string
  readonly offset: number
  readonly length: number
}

/**
 * Where an external tensor lies, checked against its dimensions.
 * @throws HomingError ONNX_EXTERNAL_DATA for a location that could lie outside the model's folder, or for an offset
 *   or length that is not a whole number or does not fit the dimensions.
 */
export function externalRange(tensor: TensorProto): ExternalRange {
  const { type, shape, what } = tensorHeader(tensor)
  const fields = new Map(tensor.externalData.map(({ key, value }) => [key, value]))
  const location = safeLocation(fields.get('location') ?? '', what)
  const size = tensorByteSize(type, shape, what)
  const offset = wholeNumber(fields.get('offset') ?? '0', 'offset', what)
  const length = wholeNumber(fields.get('length') ?? String(size), 'length', what)
  if (length !== size) {
    throw refusal(
      `${what} has ${length} bytes of external data for ${type} [${shape.join(', ')}], which needs ${size}`,
    )
  }
  if (!Number.isSafeInteger(offset + length))
    throw refusal(`${what} has external data at the absurd offset ${offset}`)
  return { location, offset, length }
}

/**
 * A location as a plain relative path. Links are for whoever opens the file to refuse.
 * @throws HomingError ONNX_EXTERNAL_DATA for absolute paths, drives, backslashes, `..`, and control characters.
 */
export function safeLocation(location: string, what: string): string {
  const refuse = (problem: string): never => {
    throw refusal(`${what} has external data at ${JSON.stringify(location)}, ${problem}`)
  }
  if (location === '') refuse('which names no file')
  if (location.length > maxLocationLength) refuse('which is too long')
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\u0000-\u001f\\]/.test(location)) refuse('which has a backslash or a control character')
  if (location.startsWith('/') || /^[A-Za-z]:/.test(location)) refuse('which is absolute')
  const parts = location.split('/').filter((part) => part !== '.')
  if (parts.length === 0 || parts.includes('..') || parts.includes(''))
    refuse('which is not inside the folder of the model')
  return parts.join('/')
}

/** Most characters of a location: what common file systems take. */
const maxLocationLength = 4096

function wholeNumber(text: string, field: string, what: string): number {
  const value = /^\d{1,16}$/.test(text) ? Number(text) : NaN
  if (!Number.isSafeInteger(value))
    throw refusal(`${what} has external data with the ${field} ${JSON.stringify(text)}`)
  return value
}

function refusal(message: string): HomingError {
  return new HomingError('ONNX_EXTERNAL_DATA', message)
}

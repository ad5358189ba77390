import { HomingError, type Tensor, type TensorSpec, typedArrays } from '@homing/protocol'
import * as v from 'valibot'

import type { NpyArray } from './npy.ts'
import { numberArray } from './number-array.ts'

/** Numbers nested as `tolist()` gives them, or flat beside their shape. */
export const JsonTensorSchema = v.union([
  v.object({ shape: v.array(v.number()), data: v.array(v.union([v.number(), v.boolean()])) }),
  v.array(v.unknown()),
  v.number(),
  v.boolean(),
])

/** A tensor as JSON has it. */
type JsonTensor = v.InferOutput<typeof JsonTensorSchema>

/** A tensor of a signature out of JSON. @throws HomingError DATA_INVALID naming `what`. */
export function tensorOfJson(value: JsonTensor, spec: Pick<TensorSpec, 'dtype'>, what: string): Tensor {
  const isFlat = typeof value === 'object' && !Array.isArray(value)
  const { shape, data } = isFlat ? value : flattened(value, what)
  return tensorOfNumbers(data.map(Number), shape, spec.dtype, what)
}

/** A tensor of a signature out of a `.npy` file; numbers of another type are brought to it. @throws HomingError DATA_INVALID. */
export function tensorOfNpy(
  { dtype, shape, bytes }: NpyArray,
  spec: Pick<TensorSpec, 'dtype'>,
  what: string,
): Tensor {
  if (dtype === 'string') throw new HomingError('DATA_INVALID', `${what} holds strings`)
  const data = new typedArrays[dtype](bytes.buffer)
  if (dtype === spec.dtype) return { dtype, shape, data } as Tensor
  if (dtype === 'float16') throw new HomingError('DATA_INVALID', `${what} is float16, not ${spec.dtype}`)
  return tensorOfNumbers(Array.from(data as Iterable<number | bigint>, Number), shape, spec.dtype, what)
}

function tensorOfNumbers(
  numbers: readonly number[],
  shape: readonly number[],
  dtype: TensorSpec['dtype'],
  what: string,
): Tensor {
  const refuse = (problem: string): never => {
    throw new HomingError('DATA_INVALID', `${what} ${problem}`)
  }
  if (dtype === 'string' || dtype === 'float16')
    return refuse(`is ${dtype}, which numbers cannot give: save it as .npy`)
  const count = shape.reduce((product, dim) => product * dim, 1)
  if (count !== numbers.length) refuse(`has ${numbers.length} numbers for [${shape.join(', ')}]`)
  const isFloat = dtype.startsWith('float')
  if (!isFloat && !numbers.every(Number.isSafeInteger))
    refuse(`has numbers that are not whole, and is ${dtype}`)
  return { dtype, shape, data: numberArray(dtype, numbers) } as Tensor
}

function flattened(value: unknown, what: string): { shape: number[]; data: (number | boolean)[] } {
  if (typeof value === 'number' || typeof value === 'boolean') return { shape: [], data: [value] }
  if (!Array.isArray(value))
    throw new HomingError('DATA_INVALID', `${what} holds ${typeof value}, not numbers`)
  const parts = value.map((part) => flattened(part, what))
  const inner = parts[0]?.shape ?? []
  if (parts.some(({ shape }) => shape.join() !== inner.join()))
    throw new HomingError('DATA_INVALID', `${what} has rows of different lengths`)
  return { shape: [parts.length, ...inner], data: parts.flatMap(({ data }) => data) }
}

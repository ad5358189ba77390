import type { DType, Signature, Tensor, TensorDataByDType } from '@homing/protocol'

import type { Tensors } from './engine.ts'

/** Strings have no typed array: theirs are empty. */
const arrays: { readonly [D in Exclude<DType, 'string'>]: new (length: number) => TensorDataByDType[D] } = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int8: Int8Array,
  uint8: Uint8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  int64: BigInt64Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
}

/** Inputs of zeros, in the shapes of `like` where it is given, else with every dynamic dimension 1. */
export function zeroInputs(signature: Signature, like?: Tensors): Tensors {
  const places = signature.inputs.map(({ name, dtype, shape }) => {
    const sizes = like?.[name]?.shape ?? shape.map((dim) => (typeof dim === 'number' ? dim : 1))
    return [name, { dtype, shape: sizes }] as const
  })
  return zerosLike(Object.fromEntries(places))
}

/** Tensors of zeros. */
export function zerosLike(places: Readonly<Record<string, Pick<Tensor, 'dtype' | 'shape'>>>): Tensors {
  const zeros = Object.entries(places).map(([name, { dtype, shape }]) => {
    const length = shape.reduce((product, size) => product * size, 1)
    const data = dtype === 'string' ? Array<string>(length).fill('') : new arrays[dtype](length)
    return [name, { dtype, shape, data } as Tensor] as const
  })
  return Object.fromEntries(zeros)
}

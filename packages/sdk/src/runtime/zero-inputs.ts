import type { DType, Signature, Tensor, TensorDataByDType } from '@homing/protocol'

import type { Tensors } from './engine.ts'

const zerosOf: { readonly [D in DType]: (length: number) => TensorDataByDType[D] } = {
  float32: (length) => new Float32Array(length),
  float64: (length) => new Float64Array(length),
  float16: (length) => new Uint16Array(length),
  int8: (length) => new Int8Array(length),
  uint8: (length) => new Uint8Array(length),
  int16: (length) => new Int16Array(length),
  uint16: (length) => new Uint16Array(length),
  int32: (length) => new Int32Array(length),
  uint32: (length) => new Uint32Array(length),
  int64: (length) => new BigInt64Array(length),
  uint64: (length) => new BigUint64Array(length),
  bool: (length) => new Uint8Array(length),
  string: (length) => new Array<string>(length).fill(''),
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
    return [name, { dtype, shape, data: zerosOf[dtype](length) } as Tensor] as const
  })
  return Object.fromEntries(zeros)
}

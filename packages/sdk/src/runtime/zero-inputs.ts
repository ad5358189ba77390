import { type Signature, type Tensor, typedArrays } from '@homing/protocol'

import type { Tensors } from './engine.ts'

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
    const data = dtype === 'string' ? Array<string>(length).fill('') : new typedArrays[dtype](length)
    return [name, { dtype, shape, data } as Tensor] as const
  })
  return Object.fromEntries(zeros)
}

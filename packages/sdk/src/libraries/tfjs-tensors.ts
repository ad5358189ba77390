import { type DType, HomingError, type Tensor } from '@homing/protocol'
import type { DataType, Tensor as TfjsTensor } from '@tensorflow/tfjs-core'

import type { TfjsCore } from './tfjs-library.ts'

const known: readonly DType[] = ['float32', 'int32', 'bool', 'string'] satisfies DataType[]

/** A tensor of TensorFlow.js on its current backend. The caller disposes of it. */
export function toTfjs({ tensor }: TfjsCore, { dtype, shape, data }: Tensor): TfjsTensor {
  if (!known.includes(dtype))
    throw new HomingError('ENGINE_FAILED', `TensorFlow.js has no tensors of ${dtype}.`)
  return tensor(data as Float32Array, [...shape], dtype as DataType)
}

/** Reads an output. The data is copied: backends answer with arrays that they, or the weights, still use. */
export async function fromTfjs(name: string, output: TfjsTensor): Promise<Tensor> {
  const data = (await output.data()).slice()
  if (!(known as readonly string[]).includes(output.dtype)) {
    throw new HomingError(
      'ENGINE_FAILED',
      `Output "${name}" is ${output.dtype}, which has no array in JavaScript.`,
    )
  }
  return { dtype: output.dtype, shape: [...output.shape], data } as Tensor
}

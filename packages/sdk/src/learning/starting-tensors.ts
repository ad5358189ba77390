import { checkInputs } from '@homing/pipeline'
import { type DType, HomingError, type Tensor, typedArrays } from '@homing/protocol'

import type { Tensors, TrainingFiles } from './trainer.ts'

/** Learned tensors as the package has them, in arrays of their own. */
export function packagedTensors(
  { manifest, parameters }: TrainingFiles,
  names: readonly string[],
): Record<string, Tensor> {
  const places = new Map(manifest.parameters.tensors.map((place) => [place.name, place]))
  const read = names.map((name): [string, Tensor] => {
    const { dtype, shape, offset, size } = places.get(name)! // `parseManifest` saw to it
    const bytes = parameters.slice(offset, offset + size)
    return [name, { dtype, shape, data: new (arrayOf(name, dtype))(bytes.buffer) } as Tensor]
  })
  return Object.fromEntries(read)
}

/**
 * The tensors that a run begins with.
 * @throws HomingError INPUT_NAME, INPUT_DTYPE, INPUT_SHAPE, INPUT_VALUE for a `start` that does not fit `packaged`.
 */
export function startingTensors(packaged: Tensors, start: Tensors = {}): Tensors {
  const tensors = { ...packaged, ...start }
  const inputs = Object.entries(packaged).map(([name, { dtype, shape }]) => ({
    name,
    dtype,
    shape: [...shape],
    finite: true,
  }))
  checkInputs({ inputs, outputs: [] }, tensors)
  return tensors
}

/** Zeros like `tensor`. */
export function zerosLike({ dtype, shape, data }: Tensor): Tensor {
  return { dtype, shape, data: new typedArrays[dtype as 'float32'](data.length) } as Tensor
}

type NumberArray = (typeof typedArrays)[keyof typeof typedArrays]

function arrayOf(name: string, dtype: string): NumberArray {
  if (Object.hasOwn(typedArrays, dtype)) return typedArrays[dtype as Exclude<DType, 'string'>]
  throw new HomingError('TRAINING_UNAVAILABLE', `Tensor "${name}" is ${dtype}, which cannot be trained.`)
}

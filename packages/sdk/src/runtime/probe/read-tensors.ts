import { HomingError, type Tensor, type TensorPlace, typedArrays } from '@homing/protocol'

import type { Tensors } from '../engine.ts'

/** The tensors of a probe, copied from the file of its inputs or of its outputs. @throws HomingError PROBE_INVALID. */
export function readTensors(places: readonly TensorPlace[], file: Uint8Array<ArrayBuffer>): Tensors {
  const read = places.map(({ name, dtype, shape, offset, size }) => {
    if (dtype === 'string' || offset + size > file.byteLength)
      throw new HomingError('PROBE_INVALID', `Tensor "${name}" of a probe does not lie in its file.`)
    const { buffer } = file.slice(offset, offset + size)
    return [name, { dtype, shape, data: new typedArrays[dtype](buffer) } as Tensor] as const
  })
  return Object.fromEntries(read)
}

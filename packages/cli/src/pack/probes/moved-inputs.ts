import type { Tensor } from '@homing/protocol'

import type { Tensors } from './tensor-set.ts'

/** Inputs whose numbers were all moved by one rounding, up and down in turn. */
export function movedInputs(inputs: Tensors, rounding: number): Tensors {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, tensor]): [string, Tensor] => {
      if (tensor.dtype !== 'float32') return [name, tensor]
      const data = tensor.data.map((value, at) => value * (1 + (at % 2 === 0 ? rounding : -rounding)))
      return [name, { ...tensor, data }]
    }),
  )
}

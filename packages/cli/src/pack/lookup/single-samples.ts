import type { Signature, Tensor } from '@homing/protocol'

import type { Tensors } from '../probes/tensor-set.ts'

/** The samples of a call one by one, where all its inputs have one dynamic first dimension; else the call as it is. */
export function singleSamples(inputs: Tensors, signature: Signature): Tensors[] {
  const axes = new Set(signature.inputs.map(({ shape }) => shape[0]))
  const [axis] = axes
  const samples = Object.values(inputs)[0]?.shape[0] ?? 1
  if (axes.size !== 1 || typeof axis !== 'string' || samples < 2) return [inputs]
  return Array.from({ length: samples }, (_, row) =>
    Object.fromEntries(Object.entries(inputs).map(([name, tensor]) => [name, rowOf(tensor, row, samples)])),
  )
}

function rowOf({ dtype, shape, data }: Tensor, row: number, samples: number): Tensor {
  const width = data.length / samples
  return { dtype, shape: [1, ...shape.slice(1)], data: data.slice(row * width, (row + 1) * width) } as Tensor
}

import type { Tensor } from '@homing/protocol'

type Tensors = Readonly<Record<string, Tensor>>

/**
 * Outputs without what was withheld: none where that is every sample, else with NaN (0, false or '' where a type has none)
 * in the rows of those samples.
 */
export function withoutRows(outputs: Tensors, withheld: readonly number[], samples: number): Tensors {
  if (withheld.length === 0) return outputs
  if (withheld.length >= samples) return {}
  return Object.fromEntries(
    Object.entries(outputs).map(([name, tensor]) => [name, blanked(tensor, withheld, samples)]),
  )
}

const float16NaN = 0x7e00

function blanked(tensor: Tensor, withheld: readonly number[], samples: number): Tensor {
  const size = tensor.data.length / samples
  const data = tensor.data.slice()
  // One that the samples share tells of all of them.
  const parts = Number.isInteger(size)
    ? withheld.map((row) => [row * size, (row + 1) * size] as const)
    : [[0, data.length] as const]
  for (const [start, end] of parts)
    (data as { fill(value: unknown, start: number, end: number): unknown }).fill(
      blankOf(tensor.dtype),
      start,
      end,
    )
  return { ...tensor, data } as Tensor
}

function blankOf(dtype: Tensor['dtype']): number | bigint | string {
  switch (dtype) {
    case 'float32':
    case 'float64':
      return NaN
    case 'float16':
      return float16NaN
    case 'int64':
    case 'uint64':
      return 0n
    case 'string':
      return ''
    default:
      return 0
  }
}

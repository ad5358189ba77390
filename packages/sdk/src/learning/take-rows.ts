import type { Tensor } from '@homing/protocol'

/** The rows of `tensor` (along its first axis) that `indices` name, in their order. */
export function takeRows({ dtype, shape, data }: Tensor, indices: Uint32Array): Tensor {
  const [rows = 1, ...rest] = shape
  const width = data.length / rows
  const taken = { dtype, shape: [indices.length, ...rest] }
  if (Array.isArray(data)) {
    const words = Array.from(indices, (index) => data.slice(index * width, (index + 1) * width)).flat()
    return { ...taken, data: words } as Tensor
  }
  const source = data as Float32Array
  const numbers = new (source.constructor as Float32ArrayConstructor)(indices.length * width)
  for (const [place, index] of indices.entries())
    numbers.set(source.subarray(index * width, (index + 1) * width), place * width)
  return { ...taken, data: numbers } as Tensor
}

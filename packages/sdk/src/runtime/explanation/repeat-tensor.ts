import { type Tensor, typedArrays } from '@homing/protocol'

/** A tensor whose data is that of `tensor`, several times one after another. */
export function repeatTensor({ dtype, data }: Tensor, times: number, shape: readonly number[]): Tensor {
  if (Array.isArray(data))
    return { dtype: 'string', shape, data: Array.from({ length: times }, () => data).flat() }
  const repeated = new typedArrays[dtype as Exclude<Tensor['dtype'], 'string'>](data.length * times)
  for (let i = 0; i < times; i++) repeated.set(data as never, i * data.length)
  return { dtype, shape, data: repeated } as Tensor
}

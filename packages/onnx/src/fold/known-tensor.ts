import { type Tensor, typedArrays } from '@homing/protocol'

/** A tensor of numbers whose elements are at hand; `float16` are bits. */
export type KnownTensor = Exclude<Tensor, { dtype: 'string' }>

/** Element type of such a tensor. */
export type NumberType = KnownTensor['dtype']

/** An element as its typed array holds it: 64-bit integers are bigints. */
export type Element = number | bigint

/** What is known of an output before its elements are. */
export interface KnownType {
  readonly dtype: NumberType
  readonly shape: readonly number[]
}

/**
 * A tensor whose elements `element` gives, in row-major order; undefined when one of them is missing or of another
 * kind, as in damaged models whose types contradict each other.
 */
export function fill(
  { dtype, shape }: KnownType,
  element: (index: number) => Element | undefined,
): KnownTensor | undefined {
  const data = new typedArrays[dtype](shape.reduce((a, b) => a * b, 1))
  const kind = dtype === 'int64' || dtype === 'uint64' ? 'bigint' : 'number'
  for (let index = 0; index < data.length; index++) {
    const value = element(index)
    if (value === undefined || typeof value !== kind) return undefined
    data[index] = value
  }
  return { dtype, shape, data } as KnownTensor
}

/** Steps between neighbours along each axis of a row-major tensor. */
export function stridesOf(shape: readonly number[]): number[] {
  let step = 1
  return shape
    .map((_, axis) => {
      const stride = step
      step *= shape[shape.length - 1 - axis]!
      return stride
    })
    .reverse()
}

/** Elements of `source` at `offset` and on, `strides` apart along the axes of `type`. */
export function view(
  source: KnownTensor,
  type: KnownType,
  strides: readonly number[],
  offset = 0,
): KnownTensor | undefined {
  const steps = stridesOf(type.shape)
  return fill(type, (index) => {
    let at = offset
    for (const [axis, step] of steps.entries())
      at += (Math.floor(index / step) % type.shape[axis]!) * strides[axis]!
    return source.data[at]
  })
}

/** A tensor repeated along the axes in which it has one element (ONNX, Broadcasting). */
export function broadcastTo(source: KnownTensor, shape: readonly number[]): KnownTensor | undefined {
  const missing = shape.length - source.shape.length
  const strides = stridesOf(source.shape)
  return view(
    source,
    { dtype: source.dtype, shape },
    shape.map((_, axis) =>
      axis < missing || source.shape[axis - missing] === 1 ? 0 : strides[axis - missing]!,
    ),
  )
}

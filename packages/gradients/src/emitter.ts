import {
  type AttributeInputs,
  type ElementType,
  elementTypes,
  type GraphBuilder,
  type Value,
} from '@homing/onnx'

import { broadcastShape } from './broadcast-shape.ts'

/** A tensor whose type and static shape are known. */
export interface ShapedValue extends Value {
  readonly dtype: ElementType
  readonly shape: readonly number[]
}

/** Writes nodes behind the ones that a graph has, keeping account of shapes. */
export interface Emitter {
  /** A node with one output of `shape`; its dtype is the first input's unless told. */
  op(
    type: string,
    inputs: readonly (Value | undefined)[],
    shape: readonly number[],
    attributes?: AttributeInputs,
    dtype?: ElementType,
  ): ShapedValue
  /** An operator on each element. */
  unary(type: string, value: ShapedValue): ShapedValue
  /** An operator on two tensors, broadcast as NumPy does. A number stands for a constant of the other's dtype. */
  binary(type: string, left: ShapedValue | number, right: ShapedValue | number): ShapedValue
  /** Comparison: as `binary`, with a bool result. */
  compare(type: string, left: ShapedValue, right: ShapedValue | number): ShapedValue
  /** Sum over `axes`; summed axes stay with size 1 when `keep` is true. */
  sum(value: ShapedValue, axes: readonly number[], keep: boolean): ShapedValue
  reshape(value: ShapedValue, shape: readonly number[]): ShapedValue
  transpose(value: ShapedValue, permutation: readonly number[]): ShapedValue
  cast(value: ShapedValue, dtype: ElementType): ShapedValue
  scalar(value: number, dtype: ElementType): ShapedValue
  constant(dtype: ElementType, shape: readonly number[], data: readonly number[]): ShapedValue
  ints(values: readonly number[]): Value
}

/** An emitter that writes into `builder`. */
export function emitterOf(builder: GraphBuilder): Emitter {
  const emitter: Emitter = {
    op(type, inputs, shape, attributes = {}, dtype = inputs[0]?.dtype ?? 'float32') {
      const { name } = builder.op(type, inputs, attributes, { dtype, shape })
      return { name, dtype, shape }
    },
    unary: (type, value) => emitter.op(type, [value], value.shape),
    binary(type, left, right) {
      const [a, b] = operands(left, right)
      return emitter.op(type, [a, b], broadcastShape(a.shape, b.shape))
    },
    compare(type, left, right) {
      const [a, b] = operands(left, right)
      return emitter.op(type, [a, b], broadcastShape(a.shape, b.shape), {}, 'bool')
    },
    sum(value, axes, keep) {
      const shape = value.shape.flatMap((dim, axis) => (axes.includes(axis) ? (keep ? [1] : []) : [dim]))
      return emitter.op('ReduceSum', [value, builder.ints(axes)], shape, { keepdims: keep })
    },
    reshape(value, shape) {
      if (shape.join() === value.shape.join()) return value
      return emitter.op('Reshape', [value, builder.ints(shape)], shape)
    },
    transpose(value, permutation) {
      if (permutation.every((axis, i) => axis === i)) return value
      return emitter.op(
        'Transpose',
        [value],
        permutation.map((axis) => value.shape[axis]!),
        { perm: permutation },
      )
    },
    cast: (value, dtype) => emitter.op('Cast', [value], value.shape, { to: elementTypes[dtype].code }, dtype),
    scalar: (value, dtype) => emitter.constant(dtype, [], [value]),
    constant: (dtype, shape, data) => ({ name: builder.constant(dtype, shape, data).name, dtype, shape }),
    ints: (values) => builder.ints(values),
  }
  const operands = (left: ShapedValue | number, right: ShapedValue | number): [ShapedValue, ShapedValue] => {
    const dtype = typeof left === 'object' ? left.dtype : typeof right === 'object' ? right.dtype : 'float32'
    const valueOf = (side: ShapedValue | number): ShapedValue =>
      typeof side === 'number' ? emitter.scalar(side, dtype) : side
    return [valueOf(left), valueOf(right)]
  }
  return emitter
}

import {
  type AttributeInputs,
  broadcastShape,
  type ElementType,
  elementTypes,
  type GraphBuilder,
  type NodeProto,
  readTensor,
  type TensorProto,
  type Value,
} from '@homing/onnx'

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
  /** A node with several outputs, each of the type and shape given. */
  ops(
    type: string,
    inputs: readonly (Value | undefined)[],
    outputs: readonly Omit<ShapedValue, 'name'>[],
    attributes?: AttributeInputs,
  ): ShapedValue[]
  /** An operator on each element. */
  unary(type: string, value: ShapedValue): ShapedValue
  /** An operator on two tensors, broadcast as NumPy does. A number stands for a constant of the other's dtype. */
  binary(type: string, left: ShapedValue | number, right: ShapedValue | number): ShapedValue
  /** Comparison: as `binary`, with a bool result. */
  compare(type: string, left: ShapedValue, right: ShapedValue | number): ShapedValue
  /** `yes` where the condition holds, else `no`; broadcast as NumPy does. */
  select(condition: ShapedValue, yes: ShapedValue, no: ShapedValue): ShapedValue
  /** 1 where the comparison holds, else 0, as numbers of the first operand's type. */
  mask(type: string, left: ShapedValue, right: ShapedValue | number): ShapedValue
  /** Sum over `axes`; summed axes stay with size 1 when `keep` is true. */
  sum(value: ShapedValue, axes: readonly number[], keep: boolean): ShapedValue
  reshape(value: ShapedValue, shape: readonly number[]): ShapedValue
  transpose(value: ShapedValue, permutation: readonly number[]): ShapedValue
  /** `count` elements of each of `axes` from `starts` on, `steps` (1 when absent) apart. */
  slice(
    value: ShapedValue,
    axes: readonly number[],
    starts: readonly number[],
    counts: readonly number[],
    steps?: readonly number[],
  ): ShapedValue
  /** Zeros before and after each axis; negative numbers cut off. */
  pad(value: ShapedValue, begin: readonly number[], end: readonly number[]): ShapedValue
  /** Repeated along axes of size 1. */
  expand(value: ShapedValue, shape: readonly number[]): ShapedValue
  cast(value: ShapedValue, dtype: ElementType): ShapedValue
  scalar(value: number, dtype: ElementType): ShapedValue
  constant(dtype: ElementType, shape: readonly number[], data: readonly number[]): ShapedValue
  ints(values: readonly number[]): Value
  /** A constant of the numbers of an existing tensor. */
  tensor(tensor: TensorProto): ShapedValue
  /** The operator of an existing node on other inputs; its outputs get names of their own. */
  again(node: NodeProto, inputs: readonly (Value | undefined)[]): Value[]
}

/** An emitter that writes into `builder`. */
export function emitterOf(builder: GraphBuilder): Emitter {
  const emitter: Emitter = {
    op(type, inputs, shape, attributes = {}, dtype = inputs[0]?.dtype ?? 'float32') {
      const { name } = builder.op(type, inputs, attributes, { dtype, shape })
      return { name, dtype, shape }
    },
    ops(type, inputs, outputs, attributes = {}) {
      const values = builder.ops(type, inputs, outputs.length, attributes)
      return values.map(({ name }, index) => ({ ...outputs[index]!, name }))
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
    select(condition, yes, no) {
      const shape = broadcastShape(condition.shape, broadcastShape(yes.shape, no.shape))
      return emitter.op('Where', [condition, yes, no], shape, {}, yes.dtype)
    },
    mask: (type, left, right) => emitter.cast(emitter.compare(type, left, right), left.dtype),
    sum(value, axes, keep) {
      // ReduceSum takes no axes for all of them.
      if (axes.length === 0) return value
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
    slice(value, axes, starts, counts, steps = axes.map(() => 1)) {
      if (steps.some((step) => step < 0)) return gathered(value, axes, starts, counts, steps)
      const ends = starts.map((start, at) => start + counts[at]! * steps[at]!)
      const inputs = [value, ...[starts, ends, axes, steps].map((numbers) => builder.ints(numbers))]
      const shape = value.shape.map((dim, axis) => counts[axes.indexOf(axis)] ?? dim)
      return shape.join() === value.shape.join() && steps.every((step) => step === 1)
        ? value
        : emitter.op('Slice', inputs, shape)
    },
    pad(value, begin, end) {
      const shape = value.shape.map((dim, axis) => dim + begin[axis]! + end[axis]!)
      if ([...begin, ...end].every((size) => size === 0)) return value
      return emitter.op('Pad', [value, builder.ints([...begin, ...end])], shape)
    },
    expand(value, shape) {
      if (shape.join() === value.shape.join()) return value
      return emitter.op('Expand', [value, builder.ints(shape)], shape)
    },
    cast: (value, dtype) => emitter.op('Cast', [value], value.shape, { to: elementTypes[dtype].code }, dtype),
    scalar: (value, dtype) => emitter.constant(dtype, [], [value]),
    constant: (dtype, shape, data) => ({ name: builder.constant(dtype, shape, data).name, dtype, shape }),
    ints: (values) => builder.ints(values),
    tensor(tensor) {
      const { dtype, shape, data } = readTensor(tensor)
      return { name: builder.constant(dtype, shape, data).name, dtype, shape }
    },
    again({ opType, domain, output, attribute }, inputs) {
      const attributes = Object.fromEntries(attribute.map((each) => [each.name, each]))
      return builder.ops(opType, inputs, output.length, attributes, { domain })
    },
  }
  /** WebGPU begins a slice that goes backwards at the last element, whatever its start (onnxruntime-web 1.30). */
  const gathered: Emitter['slice'] = (value, axes, starts, counts, steps = []) =>
    axes.reduce((found, axis, at) => {
      const places = Array.from({ length: counts[at]! }, (_, place) => starts[at]! + place * steps[at]!)
      return emitter.op('Gather', [found, builder.ints(places)], found.shape.with(axis, counts[at]!), {
        axis,
      })
    }, value)
  const operands = (left: ShapedValue | number, right: ShapedValue | number): [ShapedValue, ShapedValue] => {
    const dtype = typeof left === 'object' ? left.dtype : typeof right === 'object' ? right.dtype : 'float32'
    const valueOf = (side: ShapedValue | number): ShapedValue =>
      typeof side === 'number' ? emitter.scalar(side, dtype) : side
    return [valueOf(left), valueOf(right)]
  }
  return emitter
}

import { create } from '@bufbuild/protobuf'

import { type ValueInfoProto, ValueInfoProtoSchema } from '../generated/onnx-ml_pb.js'
import { type ElementType, elementTypeOf, elementTypes } from '../tensor/element-types.ts'

/** Size of a dimension, or the name of a dynamic one. Equal names have equal sizes. */
export type Dim = number | string

/** The declared type of a tensor in the graph. An anonymous dynamic dimension is the empty string. */
export interface TensorType {
  readonly dtype: ElementType
  /** Row-major; undefined when even the rank is unknown. */
  readonly shape?: readonly Dim[] | undefined
}

/** Declares the type of a graph's tensor. */
export function makeValueInfo(name: string, { dtype, shape }: TensorType): ValueInfoProto {
  const dim = shape?.map((size) => ({
    value:
      typeof size === 'number'
        ? { case: 'dimValue' as const, value: BigInt(size) }
        : { case: size === '' ? undefined : ('dimParam' as const), value: size },
  }))
  const tensor = { elemType: elementTypes[dtype].code, ...(dim && { shape: { dim: dim as never[] } }) }
  return create(ValueInfoProtoSchema, { name, type: { value: { case: 'tensorType', value: tensor } } })
}

/** The declared type of a value when it is a tensor of a known element type, else undefined. */
export function tensorTypeOf(info: ValueInfoProto): TensorType | undefined {
  const type = info.type?.value
  if (type?.case !== 'tensorType') return undefined
  const dtype = elementTypeOf(type.value.elemType)
  if (dtype === undefined) return undefined
  // Some exporters write -1 for a dynamic dimension.
  const shape = type.value.shape?.dim.map(({ value }): Dim => {
    if (value.case === 'dimValue') return value.value >= 0n ? Number(value.value) : ''
    return value.case === 'dimParam' ? value.value : ''
  })
  return { dtype, shape }
}

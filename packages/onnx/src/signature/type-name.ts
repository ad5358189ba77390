import type { TypeProto } from '../generated/onnx-ml_pb.js'
import { elementTypeOf } from '../tensor/element-types.ts'

const nameOf = (code: number): string => elementTypeOf(code) ?? `type ${code}`

/** A type as the ONNX documentation writes it: `seq(map(string, tensor(float32)))`. */
export function typeName(type: TypeProto | undefined, depth = 0): string {
  const value = type?.value
  if (depth > maxTypeDepth) return '...'
  switch (value?.case) {
    case 'tensorType':
      return `tensor(${nameOf(value.value.elemType)})`
    case 'sparseTensorType':
      return `sparse_tensor(${nameOf(value.value.elemType)})`
    case 'sequenceType':
      return `seq(${typeName(value.value.elemType, depth + 1)})`
    case 'optionalType':
      return `optional(${typeName(value.value.elemType, depth + 1)})`
    case 'mapType':
      return `map(${nameOf(value.value.keyType)}, ${typeName(value.value.valueType, depth + 1)})`
    case 'opaqueType':
      return `opaque(${value.value.domain}.${value.value.name})`
    case undefined:
      return 'unknown'
  }
}

/** Types nested deeper are cut in messages. */
const maxTypeDepth = 8

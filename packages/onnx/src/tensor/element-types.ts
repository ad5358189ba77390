import { TensorProto_DataType as DataType } from '../generated/onnx-ml_pb.js'

/** Name of an ONNX element type. The first thirteen are the protocol's dtypes; the others stay raw bytes. */
export type ElementType = keyof typeof elementTypes

/** Which repeated field of a `TensorProto` holds the elements when `raw_data` does not. */
type TypedField = 'floatData' | 'int32Data' | 'int64Data' | 'doubleData' | 'uint64Data' | 'stringData'

/** How one element type is stored (onnx.proto, `TensorProto.DataType`). */
export interface ElementTypeInfo {
  /** The number in `data_type`. */
  readonly code: DataType
  /** Bits of one element; 0 for strings. Elements below a byte are packed, lowest bits first. */
  readonly bits: number
  readonly field: TypedField
  /** Whether it holds learned numbers rather than counts, indices or flags. */
  readonly floating: boolean
}

const whole = (code: DataType, bits: number, field: TypedField = 'int32Data'): ElementTypeInfo => ({
  code,
  bits,
  field,
  floating: false,
})
const floating = (code: DataType, bits: number, field: TypedField = 'int32Data'): ElementTypeInfo => ({
  code,
  bits,
  field,
  floating: true,
})

/** Every element type of the ONNX standard up to IR version 14. */
export const elementTypes = {
  float32: floating(DataType.FLOAT, 32, 'floatData'),
  float64: floating(DataType.DOUBLE, 64, 'doubleData'),
  float16: floating(DataType.FLOAT16, 16),
  int8: whole(DataType.INT8, 8),
  uint8: whole(DataType.UINT8, 8),
  int16: whole(DataType.INT16, 16),
  uint16: whole(DataType.UINT16, 16),
  int32: whole(DataType.INT32, 32),
  uint32: whole(DataType.UINT32, 32, 'uint64Data'),
  int64: whole(DataType.INT64, 64, 'int64Data'),
  uint64: whole(DataType.UINT64, 64, 'uint64Data'),
  bool: whole(DataType.BOOL, 8),
  string: whole(DataType.STRING, 0, 'stringData'),
  bfloat16: floating(DataType.BFLOAT16, 16),
  complex64: floating(DataType.COMPLEX64, 64, 'floatData'),
  complex128: floating(DataType.COMPLEX128, 128, 'doubleData'),
  float8e4m3fn: floating(DataType.FLOAT8E4M3FN, 8),
  float8e4m3fnuz: floating(DataType.FLOAT8E4M3FNUZ, 8),
  float8e5m2: floating(DataType.FLOAT8E5M2, 8),
  float8e5m2fnuz: floating(DataType.FLOAT8E5M2FNUZ, 8),
  float8e8m0: floating(DataType.FLOAT8E8M0, 8),
  float6e2m3: floating(DataType.FLOAT6E2M3, 6),
  float6e3m2: floating(DataType.FLOAT6E3M2, 6),
  float4e2m1: floating(DataType.FLOAT4E2M1, 4),
  uint4: whole(DataType.UINT4, 4),
  int4: whole(DataType.INT4, 4),
  uint2: whole(DataType.UINT2, 2),
  int2: whole(DataType.INT2, 2),
} as const satisfies Record<string, ElementTypeInfo>

const byCode = new Map<number, ElementType>(
  Object.entries(elementTypes).map(([name, { code }]) => [code, name as ElementType]),
)

/** The element type with this `data_type` number, or undefined when the standard has none. */
export function elementTypeOf(code: number): ElementType | undefined {
  return byCode.get(code)
}

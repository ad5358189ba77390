/**
 * How a range of bytes is read as numbers, little-endian. Floats are read as integers in the order of their values, so
 * that neighbouring floats are neighbouring integers; 'uint8' also stands for bytes of any other kind.
 */
export const numberTypes = ['uint8', 'int8', 'float16', 'bfloat16', 'int32', 'float32'] as const

/** How a range of bytes is read as numbers. */
export type NumberType = (typeof numberTypes)[number]

/** Bytes of one number. */
export const widths = {
  uint8: 1,
  int8: 1,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  float32: 4,
} as const satisfies Record<NumberType, 1 | 2 | 4>

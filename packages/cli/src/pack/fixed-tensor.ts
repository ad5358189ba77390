import { dtypes, type FixedTensor, HomingError } from '@homing/protocol'

/** A graph's tensor of a known shape as the manifest has it. @throws HomingError ONNX_UNSUPPORTED for types that callers cannot pass */
export function fixedTensor(value: {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
}): FixedTensor {
  const { name, shape } = value
  const dtype = dtypes.find((known) => known === value.dtype)
  if (dtype) return { name, dtype, shape: [...shape] }
  throw new HomingError('ONNX_UNSUPPORTED', `"${name}" holds ${value.dtype}, which is not carried`)
}

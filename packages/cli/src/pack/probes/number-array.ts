import { type DType, typedArrays } from '@homing/protocol'

/** Numbers in the typed array of a dtype, the widest whole ones as bigints. */
export function numberArray(
  dtype: Exclude<DType, 'string'>,
  numbers: readonly number[],
): InstanceType<(typeof typedArrays)[typeof dtype]> {
  if (dtype === 'int64' || dtype === 'uint64') return new typedArrays[dtype](numbers.map(BigInt))
  return new typedArrays[dtype](numbers)
}

import type { Tensor } from 'onnxruntime-web/wasm'

/**
 * The largest difference between tensors of the same names, relative to numbers above 1; infinite where a type, a
 * shape, a string or a NaN differs.
 */
export function largestDifference(
  found: Readonly<Record<string, Tensor>>,
  expected: Readonly<Record<string, Tensor>>,
): number {
  const names = Object.keys(expected)
  if (names.join() !== Object.keys(found).join()) return Infinity
  return Math.max(0, ...names.map((name) => difference(found[name]!, expected[name]!)))
}

function difference(found: Tensor, expected: Tensor): number {
  if (found.type !== expected.type || found.dims.join() !== expected.dims.join()) return Infinity
  let largest = 0
  const values = expected.data as ArrayLike<number | bigint | string>
  for (const [index, value] of Array.from(found.data as ArrayLike<number | bigint | string>).entries()) {
    const wanted = values[index]!
    if (Object.is(value, wanted) || value === wanted) continue
    const gap = Math.abs(Number(value) - Number(wanted)) / Math.max(1, Math.abs(Number(wanted)))
    largest = Math.max(largest, Number.isNaN(gap) ? Infinity : gap)
  }
  return largest
}

import type { ChangedWeights } from './changed-weights.ts'

/**
 * Bytes that a perfect coder of independent, equally distributed differences needs: count · H, H being the entropy of how
 * often each difference of the numbers, as integers in the order of their values, occurs.
 */
export function differenceEntropy({ type, base, target }: ChangedWeights): number {
  const [old, now] = [orderedIntegers(type, base), orderedIntegers(type, target)]
  const counts = new Map<number, number>()
  for (const [i, value] of now.entries()) {
    const difference = value - old[i]!
    counts.set(difference, (counts.get(difference) ?? 0) + 1)
  }
  let bits = 0
  for (const count of counts.values()) bits -= count * Math.log2(count / now.length)
  return bits / 8
}

function orderedIntegers(type: ChangedWeights['type'], { buffer }: Uint8Array<ArrayBuffer>): Int32Array {
  if (type === 'int8') return Int32Array.from(new Int8Array(buffer))
  const raw = type === 'float32' ? new Int32Array(buffer) : new Int16Array(buffer)
  const magnitude = type === 'float32' ? 0x7fffffff : 0x7fff
  return Int32Array.from(raw, (bits) => (bits < 0 ? -(bits & magnitude) : bits))
}

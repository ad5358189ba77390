/** Sums, name by name. */
export function addedRecords<T extends Readonly<Record<string, number | undefined>>>(a: T, b: T): T {
  const sums: Record<string, number> = {}
  for (const record of [a, b])
    for (const [name, count] of Object.entries(record)) sums[name] = (sums[name] ?? 0) + (count ?? 0)
  return sums as T
}

/** Records of both, by `merge` where both have a name. */
export function mergedRecords<T>(
  a: Readonly<Record<string, T>> | undefined,
  b: Readonly<Record<string, T>> | undefined,
  merge: (a: T, b: T) => T,
): Record<string, T> | undefined {
  if (a === undefined || b === undefined) return a || b ? { ...(a ?? b) } : undefined
  const merged: Record<string, T> = { ...a }
  for (const [name, value] of Object.entries(b)) {
    const before = Object.hasOwn(merged, name) ? merged[name] : undefined
    merged[name] = before === undefined ? value : merge(before, value)
  }
  return merged
}

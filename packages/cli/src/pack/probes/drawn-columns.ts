import type { Feature, TableInput } from '@homing/protocol'

/** Rows of a table, as its features are encoded: `count` numbers in all. */
export function drawnColumns(
  { features }: TableInput,
  count: number,
  random: () => number,
): Float32Array<ArrayBuffer> {
  const numbers = new Float32Array(count)
  for (let at = 0; at < count;)
    for (const feature of features) for (const value of drawnFeature(feature, random)) numbers[at++] = value
  return numbers
}

function drawnFeature(feature: Feature, random: () => number): number[] {
  if (feature.kind === 'category') {
    const chosen = Math.floor(random() * feature.categories.length)
    if (feature.encode === 'index') return [chosen]
    const width = feature.categories.length + (feature.unseen === 'other' ? 1 : 0)
    return Array.from({ length: width }, (_, at) => Number(at === chosen))
  }
  // About normal: a sum of uniform numbers.
  const normal = 2 * (random() + random() + random() - 1.5)
  if (feature.standardise) return [normal]
  const range = feature.checks?.find((check) => check.kind === 'range')
  const { min, max } = { min: range?.min ?? range?.max, max: range?.max ?? range?.min }
  return [min === undefined || max === undefined || min === max ? normal : min + random() * (max - min)]
}

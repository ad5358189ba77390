import { refusePipeline } from '../refuse-pipeline.ts'

/** Bounds of numbers, each included, of each number or of what sums many up. */
export interface RangeSettings {
  readonly of?: 'each' | 'mean' | 'deviation' | undefined
  readonly min?: number | undefined
  readonly max?: number | undefined
}

/** @throws HomingError PIPELINE_INVALID for a range that holds everything or nothing. */
export function checkRange({ min, max }: RangeSettings, path: string): void {
  if (min === undefined && max === undefined) refusePipeline(path, 'a range needs `min` or `max`')
  if (min !== undefined && max !== undefined && min > max)
    refusePipeline(path, `the range from ${min} to ${max} is empty`)
}

/** The number that lies outside the range, undefined where none does. NaN lies outside every range. */
export function outsideRange(
  numbers: Float64Array,
  { of = 'each', min = -Infinity, max = Infinity }: RangeSettings,
): number | undefined {
  const inside = (value: number): boolean => value >= min && value <= max
  if (of === 'each') return numbers.find((value) => !inside(value))
  const mean = meanOf(numbers)
  const found = of === 'mean' ? mean : Math.sqrt(meanOf(numbers.map((value) => (value - mean) ** 2)))
  return inside(found) ? undefined : found
}

function meanOf(numbers: Float64Array): number {
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length
}

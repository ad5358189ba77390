import * as v from 'valibot'

import { maxCount, maxFigure, maxLabelLength, maxNoise, maxSliceLength } from './config.ts'

/** How often something happened in a group. */
export const CountSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(maxCount))

/** A count that privacy's noise may have taken below zero. */
export const NoisyCountSchema = v.pipe(
  v.number(),
  v.safeInteger(),
  v.minValue(-maxNoise),
  v.maxValue(maxCount),
)

/** A finite number that no sum of a batch can exceed. */
export const FigureSchema = v.pipe(v.number(), v.finite(), v.minValue(-maxFigure), v.maxValue(maxFigure))

/** A sum of what is never negative. */
export const SumSchema = v.pipe(FigureSchema, v.minValue(0))

/** Whole hours since the epoch, UTC: as exact as time ever is in telemetry. */
export const HourSchema = v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(10_000_000))

/** A label, a category, or the name of a feature or output. */
export const LabelSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(maxLabelLength))

/** The name or the value of a slice; the name of a goal, a guard or a signal. */
export const SliceTextSchema = v.pipe(v.string(), v.minLength(1), v.maxLength(maxSliceLength))

/** A record with at most `most` entries. */
export function bounded<K extends v.GenericSchema<string, string>, V extends v.GenericSchema>(
  key: K,
  value: V,
  most: number,
) {
  return v.pipe(v.record(key, value), v.maxEntries(most))
}

import type { PipelineInput } from '@homing/pipeline'
import { maxLabelLength, type TelemetrySection } from '@homing/protocol'

import type { RandomBits } from '../random/random-bits.ts'
import { maxKeptEvents } from './config.ts'
import type { InputMeter } from './input-meter.ts'
import { type MeasuredManifest, measuredFeatures } from './measured-features.ts'
import type { MeasuredAnswer } from './output-meter.ts'

/** Declared fields of one prediction. */
export type EventFields = Readonly<Record<string, number | string>>

/** Takes some predictions as they are, of which the app has said that it may. */
export interface EventSampler {
  add(inputs: Readonly<Record<string, PipelineInput>>, answer: MeasuredAnswer): void
  take(): EventFields[]
}

/** As finely as a rate is told from another. */
const fineness = 2 ** 32

/**
 * Samples events of the fields that the manifest declares: features by their names, labels and values by those of their
 * outputs, probabilities by `<output>.probability`. Words are told only where they were declared as categories.
 */
export function eventSampler(
  { fields, rate }: NonNullable<TelemetrySection['events']>,
  inputs: readonly InputMeter[],
  manifest: MeasuredManifest,
  bits: RandomBits,
): EventSampler {
  const wanted = new Set(fields)
  const words = new Map(
    measuredFeatures(manifest).flatMap((input) =>
      input.kind === 'table' ? input.columns.map(({ name, categories }) => [name, new Set(categories)]) : [],
    ),
  )
  const labels = new Set(
    manifest.pipeline?.outputs.flatMap((output) => (output.kind === 'classification' ? output.labels : [])),
  )
  let kept: EventFields[] = []
  return {
    add(given, { samples }) {
      samples.forEach(({ readings }, sample) => {
        if (kept.length >= maxKeptEvents || bits.below(fineness) >= rate * fineness) return
        const event: Record<string, number | string> = {}
        const tell = (name: string, value: unknown, known?: ReadonlySet<string>): void => {
          if (!wanted.has(name)) return
          if (typeof value === 'number' && Number.isFinite(value)) event[name] = value
          if (typeof value === 'string' && known?.has(value)) event[name] = value.slice(0, maxLabelLength)
        }
        for (const input of inputs)
          input.sample(given, sample, (name, value) => tell(name, value, words.get(name)))
        for (const reading of readings)
          if (reading.kind === 'regression') tell(reading.tensor, reading.value)
          else {
            tell(reading.tensor, reading.label, labels)
            tell(`${reading.tensor}.probability`, reading.probability)
          }
        if (Object.keys(event).length > 0) kept.push(event)
      })
    },
    take() {
      const taken = kept
      kept = []
      return taken
    },
  }
}

import type { PipelineInput } from '@homing/pipeline'
import { readTelemetrySection, type TelemetryGroup, type Tensor } from '@homing/protocol'

import { spentEpsilon } from '../random/discrete-laplace.ts'
import { cryptoBits, type RandomBits } from '../random/random-bits.ts'
import { derivedMeter } from './derived-meter.ts'
import { disguiseWith } from './disguise.ts'
import { type EventFields, eventSampler } from './event-sampler.ts'
import { type MeasuredManifest, measuredFeatures } from './measured-features.ts'
import { measuredOutputs } from './measured-outputs.ts'
import { meterOfOutput } from './meter-of-output.ts'
import type { MeasuredAnswer } from './output-meter.ts'
import { tableMeter } from './table-meter.ts'

/** A call that has ended, or a part of what is known of one. */
export interface MeasuredCall {
  /** As it was given, images read; absent where it could not be read. */
  readonly inputs?: Readonly<Record<string, PipelineInput>> | undefined
  /** What the pipeline made of it; absent where it refused. */
  readonly tensors?: Readonly<Record<string, Tensor>> | undefined
  /** Absent where it failed. */
  readonly answer?: MeasuredAnswer | undefined
  /** The feature whose check refused the call. */
  readonly failed?: string | undefined
}

/** What was measured, as it travels. */
export interface Collected extends Pick<TelemetryGroup, 'features' | 'outputs' | 'correlation'> {
  readonly events?: readonly EventFields[] | undefined
}

/** How a version is measured. */
export interface CollectorSettings {
  /** Of local differential privacy; without it nothing is disguised. */
  readonly epsilon?: number | undefined
  /** Whether the events that the manifest declares are sampled. Never with `epsilon`. */
  readonly events?: boolean | undefined
}

/** Measures the calls of one version: features as given and as processed, and outputs. It keeps no value that it is given. */
export interface Collector {
  /** `addInputs` and `addAnswer`. */
  add(call: MeasuredCall): void
  /** Apart from the answer, for whoever cannot wait with it: outputs may move away. */
  addInputs(call: Omit<MeasuredCall, 'answer'>): void
  addAnswer(call: Pick<MeasuredCall, 'inputs' | 'answer'>): void
  /** What was measured since the last time; undefined where nothing was. */
  take(): Collected | undefined
}

/** @throws HomingError MANIFEST_INVALID when the telemetry section is malformed. */
export function createCollector(
  manifest: MeasuredManifest,
  { epsilon, events }: CollectorSettings = {},
  bits: RandomBits = cryptoBits(),
): Collector {
  const disguise = epsilon === undefined ? undefined : disguiseWith(bits, spentEpsilon(epsilon))
  const inputs = measuredFeatures(manifest).map((input) =>
    input.kind === 'table' ? tableMeter(input, disguise) : derivedMeter(input, disguise),
  )
  const outputs = measuredOutputs(manifest).map((output) => ({
    name: output.name,
    meter: meterOfOutput(output, disguise),
  }))
  const { events: declared } = readTelemetrySection(manifest)
  const sampler = declared && events && !disguise ? eventSampler(declared, inputs, manifest, bits) : undefined
  const addInputs: Collector['addInputs'] = ({ inputs: given, tensors, failed }) => {
    for (const input of inputs) {
      if (given) input.given(given, failed)
      if (tensors) input.encoded(tensors)
    }
  }
  const addAnswer: Collector['addAnswer'] = ({ inputs: given = {}, answer }) => {
    if (!answer) return
    for (const { meter } of outputs) meter.add(answer)
    sampler?.add(given, answer)
  }
  return {
    add(call) {
      addInputs(call)
      addAnswer(call)
    },
    addInputs,
    addAnswer,
    take() {
      const taken = inputs.map((input) => input.take())
      const raw = Object.assign({}, ...taken.map((input) => input.raw)) as (typeof taken)[number]['raw']
      const processed = Object.assign({}, ...taken.map((input) => input.processed)) as typeof raw
      const correlation = taken.find((input) => input.correlation)?.correlation
      const told = outputs.flatMap(({ name, meter }) => {
        const summary = meter.take()
        return summary ? [[name, summary] as const] : []
      })
      const sampled = sampler?.take() ?? []
      const features = {
        ...(Object.keys(raw).length > 0 && { raw }),
        ...(Object.keys(processed).length > 0 && { processed }),
      }
      const collected: Collected = {
        ...(Object.keys(features).length > 0 && { features }),
        ...(told.length > 0 && { outputs: Object.fromEntries(told) }),
        ...(correlation && { correlation }),
        ...(sampled.length > 0 && { events: sampled }),
      }
      return Object.keys(collected).length > 0 ? collected : undefined
    },
  }
}

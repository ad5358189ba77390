import {
  type Baseline,
  canonicalBytes,
  HomingError,
  type Manifest,
  readTelemetrySection,
  sha256Hex,
  type TelemetrySection,
} from '@homing/protocol'

import { createCollector } from '../../measure/collector.ts'
import { measuredFeatures } from '../../measure/measured-features.ts'
import { measuredOutputs } from '../../measure/measured-outputs.ts'
import { type BatchCall, batchCaller, type LabelledBatch, type RunTensors } from './batch-calls.ts'
import { evaluationOf } from './evaluation.ts'
import { featureValues } from './feature-values.ts'
import { withEdges } from './with-edges.ts'

/** What a version was made with. */
export interface BaselineData {
  readonly training: Iterable<LabelledBatch>
  /** Samples that were not trained on: what the version is worth is measured on these, else on the training data. */
  readonly heldOut?: Iterable<LabelledBatch> | undefined
}

/** What was measured. */
export interface MeasuredBaseline {
  readonly baseline: Baseline
  /** The manifest's section, with edges for every histogram: devices count between the same. */
  readonly telemetry: TelemetrySection
  /** Samples that the pipeline refused, as it would on a device: they are in the raw features alone, the refused one failed. */
  readonly refused: number
}

/**
 * Measures the data that a version was made with by the very code that measures calls on a device: pipeline, model, features
 * and outputs; and, where they are labelled, what the version is worth. `run` is the model at the level of its signature.
 * @throws HomingError DATA_INVALID where the pipeline refuses every sample, or targets do not fit; INPUT_*, ENGINE_FAILED.
 */
export async function measureBaseline(
  manifest: Manifest,
  run: RunTensors,
  { training, heldOut }: BaselineData,
): Promise<MeasuredBaseline> {
  const call = batchCaller(manifest, run)
  const calls = await call(training)
  const unseen = heldOut && (await call(heldOut))
  const answered = calls.flatMap((each) => each.answered ?? [])
  const samples = answered.reduce((sum, each) => sum + each.size, 0)
  if (samples === 0) {
    const cause = calls[0]?.refusal
    const reason = cause ? `: ${cause.message}` : ', of which there is none'
    throw new HomingError('DATA_INVALID', `The pipeline refuses every sample of the training data${reason}`, {
      cause,
    })
  }
  const telemetry = chosenEdges(manifest, calls)
  const collector = createCollector({ ...manifest, telemetry })
  for (const { inputs, answered: answer, refusal } of calls)
    collector.add({
      inputs,
      failed: failedFeature(refusal),
      ...(answer && { tensors: answer.tensors, answer }),
    })
  const { features = {}, outputs, correlation } = collector.take() ?? {}
  const evaluation = evaluated(manifest, unseen ?? calls)
  const { model, version, pipeline } = manifest
  return {
    baseline: {
      format: 1,
      model,
      version,
      samples,
      ...(pipeline && { pipeline: await sha256Hex(canonicalBytes(pipeline)) }),
      features,
      ...(outputs && { outputs }),
      ...(correlation && { correlation }),
      ...(evaluation && { evaluation }),
    },
    telemetry,
    refused: [...calls, ...(unseen ?? [])].filter((each) => !each.answered).length,
  }
}

/** The feature whose check refused a sample. */
function failedFeature(refusal: HomingError | undefined): string | undefined {
  const feature = refusal?.details['feature']
  return refusal?.code === 'INPUT_VALUE' && typeof feature === 'string' ? feature : undefined
}

function chosenEdges(manifest: Manifest, calls: readonly BatchCall[]): TelemetrySection {
  const measured = { features: measuredFeatures(manifest), outputs: measuredOutputs(manifest) }
  const features = featureValues(measured.features)
  const outputs = new Map<string, number[]>()
  for (const { inputs, answered } of calls) {
    if (!answered) continue
    features.add(inputs, answered.tensors, answered.size)
    for (const { readings } of answered.samples)
      for (const reading of readings) {
        if (reading.kind !== 'regression') continue
        const values = outputs.get(reading.tensor)
        if (values) values.push(reading.value)
        else outputs.set(reading.tensor, [reading.value])
      }
  }
  return withEdges(readTelemetrySection(manifest), measured, { features: features.values, outputs })
}

function evaluated(manifest: Manifest, calls: readonly BatchCall[]): Baseline['evaluation'] {
  const labelled = calls.flatMap(({ answered }) =>
    answered && answered.targets.length > 0 ? [answered] : [],
  )
  if (labelled.length === 0) return undefined
  const evaluation = evaluationOf(manifest.pipeline)
  for (const { samples, targets } of labelled) {
    if (samples.length !== targets.length)
      throw new HomingError(
        'DATA_INVALID',
        `There are ${targets.length} targets for ${samples.length} samples`,
      )
    samples.forEach((sample, at) => evaluation.add(sample, targets[at]!))
  }
  return evaluation.result()
}

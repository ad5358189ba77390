import type { InputGuard, Manifest, Tensor } from '@homing/protocol'

import type { PipelineContext, PipelineInput } from '../pipeline-input.ts'
import { refusePipeline } from '../refuse-pipeline.ts'
import { classificationOf, classProbabilities, confidenceOf } from './class-scores.ts'
import { featureGuard } from './feature-guard.ts'
import { type Finding, type GuardHit, hitsOf } from './guard-hit.ts'
import { outputGuard } from './output-guard.ts'
import { tensorGuard } from './tensor-guard.ts'

type Inputs = Readonly<Record<string, PipelineInput>>
type Tensors = Readonly<Record<string, Tensor>>

/** The guards of a version, ready to run. They keep no state between calls. */
export interface CompiledGuards {
  /** Which guards of inputs a call did not keep: `given` as it was passed, `tensors` as it was encoded and checked. */
  readonly inputs: (given: Inputs, tensors: Tensors, context?: PipelineContext) => readonly GuardHit[]
  /** Which guards of confidence and outputs the samples did not keep. */
  readonly outputs: (outputs: Tensors) => readonly GuardHit[]
  /** The calibrated confidence of each sample, for the cascade, else for the guard; absent where there is neither. */
  readonly confidence?: (outputs: Tensors) => readonly number[]
}

/** What of a manifest guards are made of. */
export type GuardedPackage = Pick<Manifest, 'guards' | 'next' | 'pipeline' | 'signature'>

/**
 * Checks once that a package's guards and the confidence of its cascade fit its signature and pipeline.
 * @throws HomingError PIPELINE_INVALID, `details.path` naming the place.
 */
export function compileGuards(manifest: GuardedPackage): CompiledGuards {
  const { guards = {}, next } = manifest
  const { inputs = [], outputs = [], confidence: sure } = guards
  const inputGuards = inputs.map((guard, index) => {
    const place = `inputs.${index}`
    return { guard: place, then: guard.then, find: inputGuard(guard, manifest, `guards.${place}`) }
  })
  const outputGuards = outputs.map((guard, index) => {
    const place = `outputs.${index}`
    return { guard: place, then: guard.then, find: outputGuard(guard, manifest, `guards.${place}`) }
  })
  const guarded = sure && confidence(manifest, sure, 'guards.confidence')
  const cascaded = next?.kind === 'cascade' ? confidence(manifest, next, 'next') : undefined
  const told = cascaded ?? guarded
  const unsure = (tensors: Tensors): Finding[] =>
    guarded!(tensors).flatMap((found, sample) => (found >= sure!.least ? [] : [{ sample, found }]))

  return {
    inputs: (given, tensors, context) =>
      inputGuards.flatMap((placed) => hitsOf(placed, placed.find(given, tensors, context))),
    outputs: (tensors) => [
      ...(sure ? hitsOf({ guard: 'confidence', then: sure.then }, unsure(tensors)) : []),
      ...outputGuards.flatMap((placed) => hitsOf(placed, placed.find(tensors))),
    ],
    ...(told ? { confidence: told } : {}),
  }
}

function inputGuard(
  guard: InputGuard,
  { pipeline, signature }: GuardedPackage,
  path: string,
): (given: Inputs, tensors: Tensors, context?: PipelineContext) => Finding[] {
  const input = pipeline?.inputs.find(({ name, tensor }) => name === guard.input || tensor === guard.input)
  if (input?.kind === 'table') {
    const find = featureGuard(guard, input, path)
    return (given, _tensors, context) => find((given[input.name] ?? given[input.tensor])!, context)
  }
  if (guard.feature !== undefined)
    return refusePipeline(`${path}.feature`, `"${guard.input}" is no table of features`)
  const name = input?.tensor ?? guard.input
  const spec = signature.inputs.find((candidate) => candidate.name === name)
  if (!spec) return refusePipeline(`${path}.input`, `the model has no input "${guard.input}"`)
  const find = tensorGuard(guard, spec, path)
  return (_given, tensors) => find(tensors[name]!)
}

function confidence(
  { pipeline }: GuardedPackage,
  { output, temperature = 1 }: { output?: string | undefined; temperature?: number | undefined },
  path: string,
): (outputs: Tensors) => number[] {
  const reading = classificationOf(pipeline, output, path)
  return (outputs) =>
    classProbabilities(reading, outputs[reading.tensor]!, temperature).map((own) =>
      confidenceOf(reading, own),
    )
}

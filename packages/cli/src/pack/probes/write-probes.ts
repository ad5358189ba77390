import { HomingError, type Manifest, precisionOf, type Probes, type Tolerance } from '@homing/protocol'

import type { BlobWriter } from '../blob-writer.ts'
import type { PackedModel } from '../packed-model.ts'
import { requireAgreement, runCases } from './golden-cases.ts'
import { movedInputs } from './moved-inputs.ts'
import { writeProbeFiles } from './probe-files.ts'
import { probeTolerance, roundings } from './probe-tolerance.ts'
import type { TensorCase, Tensors } from './tensor-set.ts'

/** What probes are made of. */
export interface ProbePlan {
  /** Golden inputs, with the author's outputs or without. */
  readonly cases: readonly TensorCase[]
  /** What the publisher allows. */
  readonly tolerance?: Tolerance | undefined
  readonly write: BlobWriter
}

/**
 * Runs a parameter set on the golden inputs and writes its probes. The author's outputs are those of the model in its own
 * precision: that they agree is required there, and variants have outputs of their own.
 * @throws HomingError PROBE_FAILED, PROBE_INVALID
 */
export async function writeProbes(
  model: PackedModel,
  manifest: Manifest,
  { cases, tolerance: allowed, write }: ProbePlan,
): Promise<Probes> {
  const precision = precisionOf(manifest)
  const given = await runCases(model, cases)
  const moved = await runCases(
    model,
    cases.map(({ inputs }) => ({ inputs: movedInputs(inputs, roundings[precision]) })),
  )
  const tolerance = allowed ?? probeTolerance(precision, given, moved)
  const wanted = precision === 'fp32' ? authorOutputs(cases) : []
  if (wanted.length > 0) requireAgreement(manifest, wanted, given, tolerance)
  const outputs = wanted.length > 0 ? wanted : given
  const files = await writeProbeFiles(
    cases.map(({ inputs }, index) => ({ inputs, outputs: outputs[index]! })),
    write,
  )
  return { ...files, tolerance, source: wanted.length > 0 ? 'author' : 'computed' }
}

/** The author's outputs: of every case, or of none. */
function authorOutputs(cases: readonly TensorCase[]): Tensors[] {
  const outputs = cases.map((each) => each.outputs)
  const without = outputs.findIndex((tensors) => Object.keys(tensors).length === 0)
  if (without < 0) return outputs
  if (outputs.every((tensors) => Object.keys(tensors).length === 0)) return []
  throw new HomingError(
    'DATA_INVALID',
    `Golden inputs have outputs in some cases, and none in case ${without + 1}: give all of them, or none`,
  )
}

import { HomingError, type Manifest, type Tolerance } from '@homing/protocol'
import { compareOutputs } from '@homing/sdk/node'

import type { PackedModel } from '../packed-model.ts'
import type { TensorCase, Tensors } from './tensor-set.ts'

/**
 * What the packed model gives for each case.
 * @throws HomingError PROBE_INVALID naming the case that it does not run, or whose outputs are not all numbers.
 */
export async function runCases(
  model: PackedModel,
  cases: readonly Pick<TensorCase, 'inputs'>[],
): Promise<Tensors[]> {
  const given: Tensors[] = []
  for (const [index, { inputs }] of cases.entries()) {
    const outputs = await model.run(inputs).catch((cause: unknown) => {
      throw new HomingError(
        'PROBE_INVALID',
        `The packed model does not run on probe ${index + 1}: ${HomingError.from(cause).message}. Give golden inputs that it takes.`,
        { cause },
      )
    })
    given.push(probed(outputs, index))
  }
  return given
}

/** Outputs that can be compared: strings have no distance. */
function probed(outputs: Tensors, index: number): Tensors {
  const entries = Object.entries(outputs).filter(([, { dtype }]) => dtype !== 'string')
  if (entries.length === 0)
    throw new HomingError('PROBE_INVALID', 'The model gives strings alone, which cannot be probed')
  for (const [name, { data }] of entries) {
    if (Array.from(data as ArrayLike<unknown>).some(Number.isNaN))
      throw new HomingError(
        'PROBE_INVALID',
        `Output "${name}" holds NaN for probe ${index + 1}. Give golden inputs that the model has an answer to.`,
      )
  }
  return Object.fromEntries(entries)
}

/**
 * Requires that the packed model gives what its author's framework gives.
 * @throws HomingError PROBE_FAILED naming the worst element, PROBE_INVALID when what is wanted holds NaN.
 */
export function requireAgreement(
  { model, version }: Pick<Manifest, 'model' | 'version'>,
  wanted: readonly Tensors[],
  given: readonly Tensors[],
  tolerance: Tolerance,
): void {
  let worst = { deviation: 1, problem: '' }
  let [rows, agreeing] = [0, 0]
  wanted.forEach((outputs, index) => {
    const compared = compareOutputs(outputs, given[index]!, tolerance)
    rows += compared.rows
    agreeing += compared.agreeing
    if (compared.deviation > worst.deviation)
      worst = {
        deviation: compared.deviation,
        problem: `in case ${index + 1} ${compared.problem ?? 'an output differs'}`,
      }
  })
  const least = tolerance.labels ?? 0
  if (worst.problem === '' && rows > 0 && agreeing / rows < least)
    worst.problem = `${agreeing} of ${rows} labels agree, and ${least * 100}% must`
  if (worst.problem === '') return
  throw new HomingError(
    'PROBE_FAILED',
    `${model} ${version} does not give what its own framework gives: ${worst.problem}. The tolerance is ` +
      `${tolerance.absolute} + ${tolerance.relative} of the value; nothing is packed. Look at how the model was exported.`,
    { details: { deviation: worst.deviation } },
  )
}

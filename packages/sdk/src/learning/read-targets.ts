import { checkInputs } from '@homing/pipeline'
import { HomingError, type Manifest, type Tensor, type Training } from '@homing/protocol'

import { requireTraining } from './require-training.ts'
import { targetsFromList } from './targets-from-list.ts'
import { targetsInvalid } from './targets-invalid.ts'
import type { TargetValues } from './training-api.ts'

/**
 * The targets of `count` examples as a tensor, checked: as it was given, or made of one label or number for each.
 * @throws HomingError TARGETS_INVALID
 */
export function readTargets(manifest: Manifest, given: TargetValues, count: number): Tensor {
  const training = requireTraining(manifest)
  const { dtype, shape } = training.targets
  const targets: Tensor = isList(given) ? targetsFromList(manifest, given) : given
  const spec = { name: 'targets', dtype, shape: [count, ...shape.slice(1)] }
  try {
    checkInputs({ inputs: [spec], outputs: [] }, { targets })
  } catch (cause) {
    const { message } = HomingError.from(cause)
    throw targetsInvalid(`The targets of ${count} examples do not fit: ${message}.`, {}, cause)
  }
  checkValues(training, targets)
  return targets
}

function isList(value: TargetValues): value is Exclude<TargetValues, Tensor> {
  return Array.isArray(value)
}

function checkValues(training: Training, { data, shape }: Tensor): void {
  const { classes } = training.targets
  const fits = valueRule(training)
  const bad = Array.prototype.findIndex.call(data, (value: unknown) => !fits(Number(value)))
  if (bad < 0) return
  const width = data.length / shape[0]!
  const example = Math.floor(bad / width)
  const range = classes === undefined ? 'a finite number' : `a class from 0 to ${classes - 1}`
  const wanted = classes === undefined && isShare(training) ? 'from 0 to 1' : range
  throw targetsInvalid(`The target of example ${example} must be ${wanted}, and is ${String(data[bad])}.`, {
    example,
  })
}

function valueRule(training: Training): (value: number) => boolean {
  const { classes } = training.targets
  if (classes !== undefined) return (value) => Number.isInteger(value) && value >= 0 && value < classes
  if (isShare(training)) return (value) => value >= 0 && value <= 1
  return Number.isFinite
}

/** Whether targets are probabilities. */
const isShare = ({ recipe: { loss } }: Training): boolean =>
  loss.kind === 'binary-cross-entropy' || loss.kind === 'softmax-cross-entropy'

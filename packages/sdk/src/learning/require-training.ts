import { HomingError, type Manifest, type Training } from '@homing/protocol'

/** The `training` section. @throws HomingError TRAINING_UNAVAILABLE when the version was packed without. */
export function requireTraining({ model, version, training }: Manifest): Training {
  if (training) return training
  throw untrainable({ model, version }, 'was packed without a training section')
}

/** The error of a version that cannot be trained. */
export function untrainable(
  { model, version }: Pick<Manifest, 'model' | 'version'>,
  why: string,
): HomingError {
  return new HomingError('TRAINING_UNAVAILABLE', `${model} ${version} cannot be trained: it ${why}.`, {
    details: { model, version },
  })
}

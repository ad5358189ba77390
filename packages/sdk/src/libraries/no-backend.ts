import { HomingError, type Manifest } from '@homing/protocol'

import type { BackendFallback } from './backend.ts'

/**
 * The error of a version that no backend can run or train; `errors` are the reasons of `fallbacks`. Where only a package
 * lacks, it is the error that names it.
 */
export function noBackend(
  work: 'run' | 'train',
  { model, version }: Manifest,
  fallbacks: readonly BackendFallback[],
  errors: readonly HomingError[],
): HomingError {
  const missing = errors.find(({ code }) => code === 'ENGINE_MISSING')
  if (missing && errors.every(({ code }) => code === 'ENGINE_MISSING')) return missing
  const reasons = fallbacks.map(({ backend, reason }) => `${backend}: ${reason}`).join('; ')
  const message = `No backend can ${work} ${model} ${version}: ${reasons || 'none is allowed'}`
  return new HomingError('BACKEND_UNAVAILABLE', message, {
    details: { backends: fallbacks },
    cause: errors.at(-1),
  })
}

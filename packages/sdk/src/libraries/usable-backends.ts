import { HomingError, type Manifest } from '@homing/protocol'

import { type Backend, backendsOf } from './backend.ts'

/**
 * The backends of the version's engine that the app allows, best first; null allows all.
 * @throws HomingError BACKEND_UNAVAILABLE when it allows none.
 */
export function usableBackends(
  { engine, model, version }: Manifest,
  allowed: readonly Backend[] | null,
): readonly Backend[] {
  const all = backendsOf(engine)
  const usable = allowed ? allowed.filter((backend) => all.includes(backend)) : all
  if (usable.length > 0) return usable
  throw new HomingError(
    'BACKEND_UNAVAILABLE',
    `${model} ${version} runs on ${all.join(', ')}; the app allows only ${allowed?.join(', ') || 'none'}.`,
    { details: { backends: [] } },
  )
}

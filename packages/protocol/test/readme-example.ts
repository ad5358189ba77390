import { candidates, HomingError, parseRollout, paths } from '@homing/protocol'

/** Where the manifest lies that a device should take. */
export function manifestPath(rolloutBytes: Uint8Array, model: string): string {
  const rollout = parseRollout(rolloutBytes, model) // a HomingError with code ROLLOUT_INVALID when it is not one
  const [best] = candidates(rollout)
  if (!best) throw new HomingError('VERSION_UNKNOWN', `No version of ${model} may serve`)
  return paths.manifest(model, best.version)
}

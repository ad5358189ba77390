import type { Backend } from '../../../libraries/backend.ts'
import { HomingError } from '@homing/protocol'

import { usableBackends } from '../../../libraries/usable-backends.ts'
import type { InstalledVersion } from '../../../store/store.ts'
import type { LoadedVersion } from '../serving/loaded-version.ts'
import type { BackendChoices } from './backend-choices.ts'
import { fastestBackend, rivalsOf } from './fastest-backend.ts'

/**
 * What is to serve in the place of `serving`, or that itself with its choice; undefined where nothing is to be chosen. The
 * choice is noted before anything is timed, too: a backend under which the worker dies is not tried on every visit.
 */
export async function chooseFastest(
  serving: LoadedVersion,
  choices: BackendChoices,
  loadOn: (installed: InstalledVersion, backend: Backend) => Promise<LoadedVersion>,
): Promise<LoadedVersion | undefined> {
  const { manifest, installed, facts } = serving
  const { engineVersion, fallbacks } = facts
  const rivals = rivalsOf(serving, usableBackends(manifest, null))
  if (rivals.length === 0 || (await choices.known(manifest))?.engineVersion === engineVersion)
    return undefined
  await choices.note(manifest, { backend: facts.backend, engineVersion, times: {} })
  const { loaded, times, failures } = await fastestBackend(serving, rivals, (backend) =>
    loadOn(installed, backend),
  ).catch(async (error: unknown) => {
    if (HomingError.from(error).code === 'CLOSED') await choices.forget(manifest) // another version serves by now
    throw error
  })
  const { backend } = loaded.facts
  const { at } = await choices.note(manifest, { backend, engineVersion, times })
  return {
    ...loaded,
    facts: { ...loaded.facts, fallbacks: [...fallbacks, ...failures] },
    choice: { at, remembered: false, times },
  }
}

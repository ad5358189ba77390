import type { Backend } from '../../../libraries/backend.ts'
import { HomingError } from '@homing/protocol'

import { usableBackends } from '../../../libraries/usable-backends.ts'
import type { Turns } from '../../../runtime/turns.ts'
import type { InstalledVersion } from '../../../store/store.ts'
import type { LoadedVersion } from '../serving/loaded-version.ts'
import type { BackendChoices } from './backend-choices.ts'
import { fastestBackend, rivalsOf } from './fastest-backend.ts'

/** What choosing works with. */
export interface ChoosingDeps {
  /** What serves; undefined where nothing is to be chosen: it sleeps or was closed, or the app has an order of its own. */
  readonly subject: () => LoadedVersion | undefined
  readonly choices: BackendChoices
  readonly loadOn: (installed: InstalledVersion, backend: Backend) => Promise<LoadedVersion>
  readonly inTurn: Turns
  /** Has `loaded` serve in the place of what does. */
  readonly replace: (loaded: LoadedVersion) => Promise<void>
  /** Has the choice told of what serves on. */
  readonly show: (loaded: LoadedVersion) => Promise<void>
}

/**
 * Has the fastest backend serve, unless something else has come to serve while they were measured. The choice is noted before
 * anything is timed, too: a backend under which the worker dies is not tried on every visit.
 */
export async function chooseFastest(deps: ChoosingDeps): Promise<void> {
  const { subject, inTurn, replace, show } = deps
  const measured = subject()
  const fastest = measured && (await measure(measured, deps))
  if (!fastest) return
  await inTurn(async () => {
    const { runtime, facts } = fastest
    const isOther = facts.instance !== measured.facts.instance
    if (subject() === measured) await (isOther ? replace(fastest) : show(fastest))
    else if (isOther) await runtime.discard(facts.instance).catch(() => undefined) // gone with its worker
  })
}

/** What is to serve, with its choice; undefined where there is nothing to choose from, or it was chosen before. */
async function measure(
  serving: LoadedVersion,
  { choices, loadOn }: Pick<ChoosingDeps, 'choices' | 'loadOn'>,
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

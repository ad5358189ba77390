import { HomingError } from '@homing/protocol'

import type { Turns } from '../../../runtime/turns.ts'
import { takesUpdates } from '../../update-policy.ts'
import type { StatusBoard } from '../status/status-board.ts'
import type { BundledVersions } from './bundled-versions.ts'
import type { VersionInstaller } from './version-installer.ts'
import type { Wishes } from './wishes.ts'

/** What opening a model works with. */
export interface OpeningDeps {
  readonly wishes: Wishes
  readonly board: StatusBoard
  readonly inTurn: Turns
  readonly installer: Pick<VersionInstaller, 'fromDevice'>
  /** Undefined where the app brought no version. */
  readonly bundled: (() => Promise<BundledVersions>) | undefined
  /** Ends with the model. */
  readonly life: AbortSignal
  /** Serves the newest version of the repository, or `only` one. */
  readonly look: (signal: AbortSignal, only?: string) => Promise<void>
  /** Looks once the model is open, where the app polls. */
  readonly lookLater: () => Promise<void>
  /** Rejects with UPDATE_REFUSED. */
  readonly refuseRequest: () => Promise<never>
}

/** Where the first version of a model comes from, and one whose files are gone. */
export interface Opening {
  /** Serves a version: from the device, from the app's own files or from the repository, as the policy says. */
  open(signal: AbortSignal): Promise<void>
  /** Serves a version whose files are gone from the device once more; another one where nobody has it any more. */
  fetchAgain(version: string): Promise<void>
}

export function createOpening(deps: OpeningDeps): Opening {
  const { wishes, board, inTurn, installer, bundled, life, look, refuseRequest } = deps

  const serveBundledOr: BundledVersions['serveOr'] = async (pinned, signal, otherwise) => {
    if (bundled) return (await bundled()).serveOr(pinned, signal, otherwise)
    await otherwise()
    return false
  }

  /** The newest version; what is here where the look for it fails, which the status then tells. */
  const openLatest = async (
    signal: AbortSignal,
    fromHere: (otherwise: () => Promise<void>) => Promise<boolean>,
  ): Promise<void> => {
    try {
      await look(signal)
    } catch (error) {
      if (signal.aborted) throw error
      await fromHere(() => Promise.reject(HomingError.from(error)))
      board.dispatch({ type: 'check' })
      board.failed(error)
    }
  }
  const lookLater = async (): Promise<void> => {
    if (bundled && takesUpdates(wishes.policy) && wishes.pinned === undefined)
      await bundled()
        .then(({ replaceOlder }) => replaceOlder(life))
        .catch(() => undefined)
    await deps.lookLater()
  }
  return {
    async open(outer) {
      await wishes.recall()
      const signal = AbortSignal.any([outer, life])
      const { pinned, policy } = wishes
      const fromHere = async (otherwise: () => Promise<void>): Promise<boolean> =>
        (await inTurn(() => installer.fromDevice(pinned))) || serveBundledOr(pinned, signal, otherwise)
      if (policy === 'latest') return openLatest(signal, fromHere)
      const there = await fromHere(policy === 'localOnly' ? refuseRequest : () => look(outer))
      if (there) void lookLater().catch(() => undefined) // told in the status; a version serves
    },
    async fetchAgain(version) {
      const fromRepository = async (): Promise<void> => {
        if (wishes.policy === 'localOnly') return refuseRequest()
        await look(life, version).catch(() => look(life))
      }
      const fromBundle = (error: unknown): Promise<boolean> =>
        serveBundledOr(wishes.pinned, life, () => Promise.reject(HomingError.from(error)))
      await serveBundledOr(version, life, async () => {
        await fromRepository().catch(fromBundle)
      })
    },
  }
}

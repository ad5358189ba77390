import { HomingError, ModelNameSchema, parseWith } from '@homing/protocol'
import { federatedRole, withoutDelegation } from '@homing/tuf/repository'

import { changeMetadata } from './change-metadata.ts'
import { keySession, type KeySessionOptions } from './key-session.ts'
import type { OfflineRole } from './metadata-api.ts'
import { signatoriesOf, withSignatories } from './signatories.ts'

/** Whether a model opts in or out. */
export interface DelegateOptions extends KeySessionOptions {
  /** Takes the delegation back. */
  readonly withdraw?: boolean | undefined
}

/**
 * Opts a model in to federated versions, which the server signs with its own key, or out of them. Signed by targets.
 * @throws HomingError CONFIG_INVALID when the name is none of a model
 */
export async function delegateFederated(model: string, options: DelegateOptions): Promise<OfflineRole[]> {
  const role = federatedRole(parseWith(ModelNameSchema, model, 'CONFIG_INVALID', `The model "${model}"`))
  return changeMetadata(keySession(options), (state) => {
    const delegated = state.targets.delegations?.roles.some(({ name }) => name === role) ?? false
    if (delegated !== (options.withdraw ?? false)) return state
    if (delegated) return { ...state, targets: withoutDelegation(state.targets, role) }
    const rollouts = signatoriesOf(state, 'rollouts')
    if (rollouts.keys.length === 0)
      throw new HomingError('METADATA_INVALID', 'The server has no key for its rollouts')
    return withSignatories(state, role, rollouts)
  })
}

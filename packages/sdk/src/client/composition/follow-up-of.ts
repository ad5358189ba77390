import type { Follower, FollowUp } from '../../runtime/composition/follow-up.ts'
import type { Serving } from '../host-api.ts'
import type { OpenedModels } from './open-named.ts'

/** What runs in the worker after a model, as the versions that serve now say; undefined where nothing does. */
export function followUpOf({ next }: Serving, models: OpenedModels): FollowUp | undefined {
  if (next?.kind === 'chain')
    return {
      ...follower(next.model, models),
      kind: 'chain',
      inputs: next.inputs,
      back: asks(next.model, models),
    }
  if (next?.kind === 'fan-out')
    return { kind: 'fan-out', models: next.models.map((name) => follower(name, models)) }
  return undefined
}

function follower(model: string, models: OpenedModels): Follower {
  const serving = models.get(model)?.serving()
  const follow = serving && followUpOf(serving, models)
  return { model, ...(follow ? { follow } : {}) }
}

/** Whether another than the model itself may have to answer its inputs, so that they must come back to the page. */
function asks(model: string, models: OpenedModels): boolean {
  const serving = models.get(model)?.serving()
  return serving !== undefined && mayAsk(serving)
}

/** Whether a version's inputs may go on to another model or to the remote hook. */
export function mayAsk({ next, guards }: Serving): boolean {
  const kind = guards?.fallback?.kind
  return next?.kind === 'cascade' || kind === 'model' || kind === 'remote'
}

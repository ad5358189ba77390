import { once } from '../once.ts'
import type { RejectionDeps, Rejections } from './rejections.ts'

/** The rejections of a device, of which most have none: what judges them is loaded once there are any. */
export function lazyRejections(deps: RejectionDeps): Rejections {
  const load = once(async () => (await import('./rejections.ts')).createRejections(deps))
  const isEmpty = (rejected: object): boolean => Object.keys(rejected).length === 0
  return {
    refusals: async (rejected, allowed) =>
      isEmpty(rejected) ? new Map<string, string>() : (await load()).refusals(rejected, allowed),
    failed: async (rejected, set, engine) =>
      isEmpty(rejected) ? [] : (await load()).failed(rejected, set, engine),
    remembered: async (...failure) => (await load()).remembered(...failure),
  }
}

import { once } from '../once.ts'
import type { MemoryKeeper, MemoryKeeperDeps } from './memory-keeper.ts'

/** Keeps the models of a page within their memory; most pages have one model, which has nothing to make room for it. */
export function lazyMemoryKeeper(deps: MemoryKeeperDeps): MemoryKeeper {
  const load = once(async () => (await import('./memory-keeper.ts')).createMemoryKeeper(deps))
  return {
    async makeRoom(model, bytes) {
      if (deps.models.size > 1) await load().then((keeper) => keeper.makeRoom(model, bytes), ignore)
    },
    recycle: () => load().then((keeper) => keeper.recycle(), ignore),
  }
}

/** Its code could not be fetched: models stay as they are. */
const ignore = (): void => undefined

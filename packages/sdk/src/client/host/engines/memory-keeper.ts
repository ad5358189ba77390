import type { Engine } from '@homing/protocol'

import type { DeliveryPlatform } from '../../../delivery/ports.ts'
import type { EngineUsage, RuntimeApi } from '../../../runtime/runtime-api.ts'
import { heapAllowance, heapPerByte, usagePatience } from '../../config.ts'
import type { ModelMemory, Sleeper } from './model-memory.ts'

/** What memory is kept with. */
export interface MemoryKeeperDeps {
  readonly platform: Pick<DeliveryPlatform, 'sleep'>
  /** Bytes that models may take. */
  readonly budget: number
  /** Milliseconds without a call after which an engine gives back what it does not need. */
  readonly idleLimit: number
  readonly models: ReadonlyMap<string, Sleeper>
  readonly running: (engine: Engine) => RuntimeApi | undefined
  /** Ends an engine's worker. */
  readonly retire: (engine: Engine) => Promise<void>
}

/** Keeps the models of a page within their budget, and heaps, which never shrink, from staying large for ever. */
export interface MemoryKeeper {
  /** Puts models to sleep, those that were called longest ago first, until `bytes` for `model` fit. Never rejects. */
  makeRoom(model: string, bytes: number): Promise<void>
  /** Starts engines anew that nobody calls and that hold far more than their models need. Never rejects. */
  recycle(): Promise<void>
}

export function createMemoryKeeper(deps: MemoryKeeperDeps): MemoryKeeper {
  const { platform, budget, idleLimit, models, running, retire } = deps

  const usageOf = async (engine: Engine): Promise<EngineUsage | undefined> => {
    const usage = running(engine)?.usage()
    if (!usage) return undefined
    // An engine in the middle of a long run answers late: its models are in use.
    return Promise.race([usage, platform.sleep(usagePatience).then(() => undefined)]).catch(() => undefined)
  }
  const awake = (): (readonly [string, Sleeper, ModelMemory])[] =>
    [...models].flatMap(([name, model]) =>
      model.memory && !model.memory.asleep ? [[name, model, model.memory] as const] : [],
    )
  const recycleEngine = async (engine: Engine): Promise<void> => {
    const own = awake().filter(([, , memory]) => memory.engine === engine)
    const needed = own.reduce((sum, [, , { bytes }]) => sum + bytes, 0)
    const usage = await usageOf(engine)
    if (!usage || usage.idle < idleLimit || usage.heap <= needed * heapPerByte + heapAllowance) return
    for (const [, model] of own) await model.sleep()
    if (awake().some(([, , memory]) => memory.engine === engine)) return // something goes on there
    if (((await usageOf(engine))?.idle ?? 0) < idleLimit) return // called meanwhile, and so awake soon
    await retire(engine)
    for (const [, model] of own) await model.wake()
  }
  return {
    async makeRoom(model, bytes) {
      const others = awake().filter(([name]) => name !== model)
      let over = bytes + others.reduce((sum, [, , memory]) => sum + memory.bytes, 0) - budget
      if (over <= 0) return
      const engines = [...new Set(others.map(([, , { engine }]) => engine))]
      const usages = await Promise.all(engines.map(usageOf))
      const idleOf = (name: string, { engine }: ModelMemory): number =>
        usages[engines.indexOf(engine)]?.models[name] ?? Infinity // never called
      const byAge = others.sort(([a, , one], [b, , two]) => idleOf(b, two) - idleOf(a, one))
      for (const [, other, memory] of byAge) {
        if (over <= 0) return
        await other.sleep()
        if (other.memory?.asleep) over -= memory.bytes
      }
    },
    async recycle() {
      for (const engine of new Set(awake().map(([, , memory]) => memory.engine))) await recycleEngine(engine)
    },
  }
}

import { type Engine, HomingError } from '@homing/protocol'
import { proxy } from 'comlink'

import type { MeasuredVersion, MeasureSettings } from '../../../runtime/measure/measure-api.ts'
import type { PredictionMemory } from '../../../runtime/recall/prediction-memory.ts'
import type { BackendFault, RuntimeApi } from '../../../runtime/runtime-api.ts'
import { mortalRemote } from '../../../transport/mortal-remote.ts'
import type { PageApi } from '../../host-api.ts'

/** The host's ways to the engine workers, which the page starts on demand. */
export interface EnginePorts {
  get(engine: Engine): Promise<RuntimeApi>
  /** The engine that has been got, once its worker runs. */
  running(engine: Engine): RuntimeApi | undefined
  /** How the engines that run measure calls from now on; resolves when they know. */
  measure(settings: MeasureSettings | undefined): Promise<void>
  /** The worker behind it died: pending calls reject, and the next `get` has a new one started. */
  drop(engine: Engine): void
}

/** Who is told what engines meet. */
export interface EngineListener {
  fault(engine: Engine, fault: BackendFault): void
  /** A loaded version has answered its first predictions. */
  proven(engine: Engine, model: string, instance: number): void
  /** A call waits for a model that was put to sleep. */
  wanted(model: string): void
}

/** How calls are measured in engines, and who is told. */
export interface EngineMeasuring {
  /** From the start, as the app asks for it: whether the user agrees, the host knows later. */
  readonly settings: MeasureSettings | undefined
  measured(versions: readonly MeasuredVersion[]): void
}

interface EnginePort {
  readonly runtime: Promise<RuntimeApi>
  kill(error: HomingError): void
}

export function enginePorts(
  page: () => Promise<PageApi>,
  listener: EngineListener,
  memory: PredictionMemory,
  measuring?: EngineMeasuring,
): EnginePorts {
  const ports = new Map<Engine, EnginePort>()
  const running = new Map<Engine, RuntimeApi>()

  let settings = measuring?.settings
  /** Before anything is loaded, so that no call is missed; no model fails for it. */
  const measureOn = async (runtime: RuntimeApi): Promise<void> => {
    if (!measuring) return
    const told = (versions: readonly MeasuredVersion[]): void => measuring.measured(versions)
    await runtime.measure(settings, proxy(told)).catch(() => undefined)
  }

  const open = (engine: Engine): EnginePort => {
    let kill: ((error: HomingError) => void) | undefined
    let death: HomingError | undefined
    const connect = async (): Promise<RuntimeApi> => {
      const port = mortalRemote<RuntimeApi>(await (await page()).startEngine(engine))
      kill = port.kill
      if (death) kill(death) // it died while its port was on the way
      await Promise.all([
        port.remote.onFault(proxy((fault: BackendFault) => listener.fault(engine, fault))),
        port.remote.remember(proxy(memory)),
        measureOn(port.remote),
        port.remote.onWanted(proxy((model: string) => listener.wanted(model))),
        port.remote.onProven(
          proxy((model: string, instance: number) => listener.proven(engine, model, instance)),
        ),
      ])
      if (ports.get(engine) === opened) running.set(engine, port.remote)
      return port.remote
    }
    const opened: EnginePort = {
      runtime: connect(),
      kill(error) {
        death = error
        kill?.(error)
      },
    }
    ports.set(engine, opened)
    opened.runtime.catch(() => {
      if (ports.get(engine) === opened) ports.delete(engine)
    })
    return opened
  }
  return {
    get: (engine) => (ports.get(engine) ?? open(engine)).runtime,
    running: (engine) => running.get(engine),
    async measure(asked) {
      settings = asked
      await Promise.all([...running.values()].map(measureOn))
    },
    drop(engine) {
      const dead = ports.get(engine)
      running.delete(engine)
      ports.delete(engine)
      dead?.kill(new HomingError('WORKER_LOST', `The ${engine} worker died.`))
    },
  }
}

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
  /** How the engines that run measure calls from now on. */
  measure(settings: MeasureSettings | undefined): void
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
  /** Undefined where nothing is to be measured. */
  settings(): Promise<MeasureSettings | undefined>
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

  const measureOn = async (runtime: RuntimeApi, settings: MeasureSettings | undefined): Promise<void> => {
    const told = (versions: readonly MeasuredVersion[]): void => measuring?.measured(versions)
    await runtime.measure(settings, proxy(told))
  }
  /** Behind the load: no model waits for it, and none fails for it. */
  const startMeasuring = async (runtime: RuntimeApi): Promise<void> => {
    const settings = await measuring?.settings()
    if (settings) await measureOn(runtime, settings)
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
        port.remote.onWanted(proxy((model: string) => listener.wanted(model))),
        port.remote.onProven(
          proxy((model: string, instance: number) => listener.proven(engine, model, instance)),
        ),
      ])
      if (ports.get(engine) === opened) running.set(engine, port.remote)
      startMeasuring(port.remote).catch(() => undefined)
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
    measure(settings) {
      for (const runtime of running.values()) measureOn(runtime, settings).catch(() => undefined)
    },
    drop(engine) {
      const dead = ports.get(engine)
      running.delete(engine)
      ports.delete(engine)
      dead?.kill(new HomingError('WORKER_LOST', `The ${engine} worker died.`))
    },
  }
}

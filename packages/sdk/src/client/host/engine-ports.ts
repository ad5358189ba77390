import { type Engine, HomingError } from '@homing/protocol'

import type { BackendFault, RuntimeApi } from '../../runtime/runtime-api.ts'
import { type MortalRemote, mortalRemote } from '../../transport/mortal-remote.ts'
import { proxy } from 'comlink'

import type { PageApi } from '../host-api.ts'

/** The host's ways to the engine workers, which the page starts on demand. */
export interface EnginePorts {
  get(engine: Engine): Promise<RuntimeApi>
  /** The worker behind it died: pending calls reject, and the next `get` has a new one started. */
  drop(engine: Engine): void
}

export function enginePorts(
  page: () => Promise<PageApi>,
  onFault: (engine: Engine, fault: BackendFault) => void,
): EnginePorts {
  const ports = new Map<Engine, Promise<MortalRemote<RuntimeApi>>>()

  const open = async (engine: Engine): Promise<MortalRemote<RuntimeApi>> => {
    const port = mortalRemote<RuntimeApi>(await (await page()).startEngine(engine))
    await port.remote.onFault(proxy((fault: BackendFault) => onFault(engine, fault)))
    return port
  }
  return {
    async get(engine) {
      const known = ports.get(engine) ?? open(engine)
      ports.set(engine, known)
      known.catch(() => ports.delete(engine))
      return (await known).remote
    },
    drop(engine) {
      const known = ports.get(engine)
      ports.delete(engine)
      const lost = new HomingError('WORKER_LOST', `The ${engine} worker died.`)
      void known?.then((port) => port.kill(lost)).catch(() => undefined) // it never came to be
    },
  }
}

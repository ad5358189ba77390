import type { Backend } from '../libraries/backend.ts'
import type { InferenceEngine, StartedBackend } from './engine.ts'
import type { Pulse } from './runtime-api.ts'
import { createTurns, type Turns } from './turns.ts'

/** Knows whether an engine gets on. */
export interface PulseMeter {
  /** All work on the engine passes here, one piece after another. */
  readonly turns: Turns
  /** The engine, whose starts are told apart: they may take as long as a download. */
  readonly engine: InferenceEngine
  read(): Pulse
}

export function pulseMeter(engine: InferenceEngine): PulseMeter {
  const inTurn = createTurns()
  let ended = 0
  let working = false
  let starting = 0
  const start = async (backend: Backend): Promise<StartedBackend> => {
    starting++
    try {
      return await engine.start(backend)
    } finally {
      starting--
    }
  }
  return {
    turns: (work) =>
      inTurn(async () => {
        working = true
        try {
          return await work()
        } finally {
          working = false
          ended++
        }
      }),
    engine: { name: engine.name, version: () => engine.version(), start },
    read: () => ({ ended, work: starting > 0 ? 'start' : working ? 'other' : 'none' }),
  }
}

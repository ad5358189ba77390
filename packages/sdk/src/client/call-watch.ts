import { type Engine, HomingError } from '@homing/protocol'

/** Knows which calls are under way on engines: those that take long are told, so that somebody finds out why. */
export interface CallWatch {
  /** Gives what `call` gives. */
  during<T>(engine: Engine, model: string, call: Promise<T>): Promise<T>
  /** A call begins; what it gives is told of its end, and why where it failed. */
  begin(engine: Engine, model: string): (error?: unknown) => void
  /** The models that had calls on an engine when its worker died; each is told once. */
  takeSuspects(engine: Engine): string[]
}

interface WatchedCall {
  readonly engine: Engine
  readonly model: string
  readonly since: number
}

/** `onLate` is told every `patience` milliseconds of each engine on which a call has been under way for as long. */
export function callWatch(patience: number, onLate: (engine: Engine) => void): CallWatch {
  const calls = new Set<WatchedCall>()
  const suspects = new Map<Engine, Set<string>>()
  let timer: ReturnType<typeof setTimeout> | undefined

  const suspect = ({ engine, model }: WatchedCall): void => {
    const models = suspects.get(engine) ?? new Set()
    suspects.set(engine, models.add(model))
  }
  const look = (): void => {
    const due = performance.now() - patience
    const late = [...calls].filter(({ since }) => since <= due).map(({ engine }) => engine)
    for (const engine of new Set(late)) onLate(engine)
    timer = calls.size > 0 ? setTimeout(look, patience) : undefined
  }
  const begin: CallWatch['begin'] = (engine, model) => {
    const watched = { engine, model, since: performance.now() }
    calls.add(watched)
    timer ??= setTimeout(look, patience)
    return (error) => {
      calls.delete(watched)
      if (error instanceof HomingError && error.code === 'WORKER_LOST') suspect(watched)
    }
  }
  return {
    begin,
    async during(engine, model, call) {
      const ended = begin(engine, model)
      try {
        const answer = await call
        ended()
        return answer
      } catch (error) {
        ended(error)
        throw error
      }
    },
    takeSuspects(engine) {
      for (const call of calls) if (call.engine === engine) suspect(call)
      const models = [...(suspects.get(engine) ?? [])]
      suspects.delete(engine)
      return models
    },
  }
}

import type { EngineSession, Tensors } from './engine.ts'
import { zerosLike } from './zero-inputs.ts'

/** How a session has been used. */
export interface SessionUse {
  /** Runs since it was loaded. */
  readonly runs: number
  /** Zeros in the shapes of the last run's inputs; undefined before the first. */
  readonly lastInputs: Tensors | undefined
}

/** `session`, with a note of how it is used. Its inputs are not kept. */
export function withUse(session: EngineSession): { session: EngineSession; use: SessionUse } {
  let runs = 0
  let shapes: Parameters<typeof zerosLike>[0] | undefined
  const used: EngineSession = {
    ...session,
    run(inputs) {
      runs++
      shapes = Object.fromEntries(
        Object.entries(inputs).map(([name, { dtype, shape }]) => [name, { dtype, shape }]),
      )
      return session.run(inputs)
    },
  }
  const use: SessionUse = {
    get runs() {
      return runs
    },
    get lastInputs() {
      return shapes && zerosLike(shapes)
    },
  }
  return { session: used, use }
}

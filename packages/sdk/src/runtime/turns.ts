/** Runs pieces of work one after another, in the order in which they were handed in. */
export type Turns = <T>(work: () => Promise<T>) => Promise<T>

/**
 * Makes a queue of turns. An engine is not re-entrant: a session that is made while another one runs fails in
 * onnxruntime-web's asyncify build, and TensorFlow.js has one current backend.
 */
export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work)
    last = turn.catch(() => undefined)
    return turn
  }
}

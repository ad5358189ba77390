/** Runs pieces of work one after another. */
export type Line = <T>(work: () => Promise<T>) => Promise<T>

/** A line of its own. A piece that fails does not hold up the next. */
export function createLine(): Line {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const done = last.then(work)
    last = done.catch(() => undefined)
    return done
  }
}

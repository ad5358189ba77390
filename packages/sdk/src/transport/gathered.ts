/** In how many rounds of microtasks nothing must be added before what was gathered is handed on. */
const quietRounds = 12

/**
 * Gathers what is added in one task, however many promises lie between two additions, and hands it on as one before that
 * task ends: no timer and no message of its own, which a lone item would wait for.
 */
export function gathered<T>(handOn: (items: readonly T[]) => void): (item: T) => void {
  let items: T[] = []
  let rounds = 0
  const look = (): void => {
    if (rounds++ < quietRounds) {
      queueMicrotask(look)
      return
    }
    const all = items
    items = []
    handOn(all)
  }
  return (item) => {
    rounds = 0
    if (items.push(item) === 1) queueMicrotask(look)
  }
}

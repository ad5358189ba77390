import { maxNameLength } from '@homing/protocol'

/** Characters kept of a long name, so that a number still fits behind it. */
const keptLength = maxNameLength - 16

/**
 * Gives each name in turn a form that none before had: itself when it is free, else with `~2`, `~3` and so on; an
 * empty one becomes `tensor`, a long one is cut. The same names in the same order give the same forms.
 */
export function uniqueNames(taken: Iterable<string> = []): (name: string) => string {
  const used = new Set(taken)
  const counters = new Map<string, number>()
  return (name) => {
    const base = name === '' ? 'tensor' : cut(name)
    let unique = base
    for (let count = counters.get(base) ?? 2; used.has(unique); count++) {
      unique = `${base}~${count}`
      counters.set(base, count + 1)
    }
    used.add(unique)
    return unique
  }
}

/** Cut between characters: half a surrogate pair has no canonical JSON. */
function cut(name: string): string {
  if (name.length <= maxNameLength) return name
  return name.slice(0, keptLength).replace(/[\ud800-\udbff]$/, '')
}

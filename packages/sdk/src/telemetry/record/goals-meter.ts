import type { TelemetryGroup } from '@homing/protocol'

type Goals = NonNullable<TelemetryGroup['goals']>

/** Most magnitude of a goal's value: so that sums of squares stay within what is told. */
const mostValue = 1e6

/** Values of goals. */
export interface GoalsMeter {
  add(goal: string, value: number): void
  toWire(): Goals | undefined
}

/** `noise`: under local privacy goals are counted, with it, and their values are not told. */
export function goalsMeter(noise?: () => number): GoalsMeter {
  const goals = new Map<string, Goals[string]>()
  return {
    add(goal, value) {
      const own = goals.get(goal) ?? { n: Math.max(0, noise?.() ?? 0), sum: 0, squares: 0 }
      goals.set(goal, own)
      own.n += 1
      if (noise) return
      const bounded = Math.min(mostValue, Math.max(-mostValue, value))
      own.sum += bounded
      own.squares += bounded ** 2
    },
    toWire: () =>
      goals.size > 0
        ? Object.fromEntries([...goals].map(([goal, values]) => [goal, { ...values }]))
        : undefined,
  }
}

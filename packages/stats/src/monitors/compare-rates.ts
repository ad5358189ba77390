import { contingencyTest } from '../hypothesis/chi-squared.ts'
import { type Measured, tooFew } from './comparison.ts'
import type { MonitorPolicy } from './policy.ts'

/** How often something happened among how many chances. */
export interface Rate {
  readonly events: number
  readonly of: number
  /** By how much the chances tell less than independent ones. */
  readonly design?: number
}

/** Whether something happens more often than it did: a drop is good news and no effect. */
export function compareRates(
  policy: MonitorPolicy,
  baseline: Rate,
  current: Rate,
): { n: number; effective: number; answer: Measured | string } {
  const { design = 1 } = current
  const [n, effective] = [current.of, current.of / design]
  const few = tooFew(policy, n, effective, baseline.of)
  if (few !== undefined) return { n, effective, answer: few }
  const row = ({ events, of, design: own = 1 }: Rate): number[] => {
    const bounded = Math.min(of, Math.max(0, events)) // one prediction may count several errors
    return [bounded / own, (of - bounded) / own]
  }
  const rate = ({ events, of }: Rate): number => events / of
  const [before, now] = [rate(baseline), rate(current)]
  const percent = (share: number): string => `${Number((100 * share).toPrecision(3))}%`
  const { p } = contingencyTest([row(baseline), row(current)])
  return {
    n,
    effective,
    answer: {
      p: now > before ? p : 1,
      effect: Math.max(0, now - before),
      evidence: { rateBefore: before, rate: now, events: current.events },
      change: `${percent(now)}, ${percent(before)} before`,
    },
  }
}

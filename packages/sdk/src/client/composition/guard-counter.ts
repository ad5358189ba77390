import type { PredictReply, Reading } from '../../runtime/runtime-api.ts'
import { guardTellInterval } from '../config.ts'
import type { GuardCounts } from '../status-api.ts'

/** Counts what guards make of the samples of one model, version by version. `tell` is called now and then. */
export function guardCounter(tell: (counts: GuardCounts) => void): (reply: PredictReply) => void {
  let counts: GuardCounts | undefined
  let telling = false

  const tellSoon = (): void => {
    if (telling) return
    telling = true
    setTimeout(() => {
      telling = false
      if (counts) tell(counts)
    }, guardTellInterval)
  }
  return (reply) => {
    if (counts?.version !== reply.version) counts = none(reply.version)
    const samples: readonly Partial<Reading>[] = reply.samples ?? [reply]
    for (const { guard } of samples) counts = withSample(counts, guard)
    tellSoon()
  }
}

function none(version: string): GuardCounts {
  return { version, samples: 0, abstained: 0, fallback: 0, marked: 0, hits: {} }
}

function withSample(counts: GuardCounts, guard: Reading['guard']): GuardCounts {
  const { samples } = counts
  if (!guard) return { ...counts, samples: samples + 1 }
  const hits = { ...counts.hits }
  for (const place of new Set(guard.hits.map((hit) => hit.guard))) hits[place] = (hits[place] ?? 0) + 1
  return { ...counts, samples: samples + 1, [guard.outcome]: counts[guard.outcome] + 1, hits }
}

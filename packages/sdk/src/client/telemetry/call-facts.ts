import { HomingError } from '@homing/protocol'

import type { PredictReply, Reading } from '../../runtime/runtime-api.ts'
import type { AnswerFacts, CallFacts, GroupKey } from '../../telemetry/recorder.ts'
import type { Prediction } from '../api.ts'
import { present } from '../present.ts'
import type { WatchedCall } from '../report/black-box.ts'
import type { ModelStatus } from '../status-api.ts'

/** A call that has ended. */
export interface EndedCall {
  readonly about: WatchedCall
  /** Milliseconds from the app's call to its end. */
  readonly latency: number
  readonly reply?: Prediction
  readonly error?: unknown
}

/** Facts of a call; undefined of one that was made too late, or before a version served. */
export function callFacts(
  { about, latency, reply, error }: EndedCall,
  slice: GroupKey['slice'],
): CallFacts | undefined {
  const key = groupKey(about.status, slice)
  if (!key) return undefined
  if (!reply) return failedFacts(key, latency, HomingError.from(error, 'ENGINE_FAILED').code)
  const samples: readonly Partial<Reading>[] = reply.samples ?? [reply]
  return {
    ...key,
    version: reply.version,
    backend: reply.backend,
    id: reply.predictionId,
    samples: samples.length,
    latency,
    queue: reply.timings.queue,
    counts: countsOf(reply, samples),
    guards: guardsOf(samples),
    answers: samples.map(answerOf),
  }
}

/** What names the group of a model that serves. */
export function groupKey(
  { model, version, backend, precision }: WatchedCall['status'] & Pick<ModelStatus, 'model'>,
  slice: GroupKey['slice'],
): GroupKey | undefined {
  if (version === undefined) return undefined
  return { model, version, variant: precision ?? 'fp32', backend: backend ?? 'none', ...present({ slice }) }
}

function failedFacts(key: GroupKey, latency: number, code: string): CallFacts | undefined {
  if (code === 'CLOSED') return undefined // the app's own doing, and no fault of the version
  if (code === 'ABORTED') return { ...key, samples: 1, counts: { aborted: 1 } }
  return { ...key, samples: 1, latency, error: code }
}

function countsOf(reply: PredictReply, samples: readonly Partial<Reading>[]): CallFacts['counts'] {
  const outcomes = samples.flatMap(({ guard }) => guard?.outcome ?? [])
  const ofOutcome = (name: string): number => outcomes.filter((outcome) => outcome === name).length
  return nonZero({
    abstained: ofOutcome('abstained'),
    fallbacks: ofOutcome('fallback'),
    marked: ofOutcome('marked'),
    cacheHits: reply.recalled === 'cache' ? samples.length : 0,
    lookups: reply.recalled === 'lookup' ? samples.length : 0,
  })
}

function guardsOf(samples: readonly Partial<Reading>[]): CallFacts['guards'] {
  const counts: Record<string, number> = {}
  for (const { guard } of samples)
    for (const place of new Set(guard?.hits.map((hit) => hit.guard))) counts[place] = (counts[place] ?? 0) + 1
  return Object.keys(counts).length > 0 ? counts : undefined
}

/** Without zeros; undefined where nothing is left. */
function nonZero<T extends Readonly<Record<string, number>>>(counts: T): Partial<T> | undefined {
  const entries = Object.entries(counts).filter(([, count]) => count > 0)
  return entries.length > 0 ? (Object.fromEntries(entries) as Partial<T>) : undefined
}

function answerOf({ label, probability, value }: Partial<Reading>): AnswerFacts {
  return present({ label, probability, value })
}

import type { TelemetryGroup } from '@homing/protocol'
import { mergeGroups } from '@homing/stats'

import { type Disguise, disguiseWith } from '../../measure/disguise.ts'
import type { Collected } from '../../measure/collector.ts'
import { discreteLaplace } from '../../random/discrete-laplace.ts'
import type { RandomBits } from '../../random/random-bits.ts'
import type { AnswerFacts, GroupKey } from '../recorder.ts'
import { type FeedbackMeter, feedbackMeter, type Known } from './feedback-meter.ts'
import { type GoalsMeter, goalsMeter } from './goals-meter.ts'
import { type OperationsMeter, operationsMeter } from './operations-meter.ts'
import { rankingFeedback, type RankingMeter } from './ranking-feedback.ts'
import type { VersionPlan } from './version-plan.ts'

/** Local differential privacy, where it is on. */
export interface LocalPrivacy {
  readonly epsilon: number
  readonly bits: RandomBits
}

/** What is held of one model, version, variant, backend and slice in one hour. */
export interface GroupMeter {
  readonly key: GroupKey
  readonly hour: number
  readonly operations: OperationsMeter
  readonly ranking: RankingMeter
  readonly goals: GoalsMeter
  know(answer: AnswerFacts, known: Known, lagSeconds: number): void
  unmatched(): void
  /** Adds summaries that were measured elsewhere, or a group of an earlier session. @throws HomingError DATA_INVALID. */
  merge(more: Partial<TelemetryGroup> & Omit<Collected, 'events'>): void
  toWire(): TelemetryGroup
}

/** A group of nothing yet. `pipelineOf` gives the hash of the version's pipeline once it is known. */
export function groupMeter(
  hour: number,
  key: GroupKey,
  plan: VersionPlan,
  privacy: LocalPrivacy | undefined,
  pipelineOf: () => string | undefined,
): GroupMeter {
  const noise = privacy && ((): number => discreteLaplace(privacy.bits, privacy.epsilon))
  const disguise: Disguise | undefined = privacy && disguiseWith(privacy.bits, privacy.epsilon)
  const operations = operationsMeter(noise)
  const goals = goalsMeter(noise)
  const ranking = rankingFeedback()
  const feedback = new Map<Known['kind'], FeedbackMeter>()
  const head = { hour, ...key }
  let unmatched = 0
  let merged: TelemetryGroup | undefined

  const feedbackToWire = (): TelemetryGroup['feedback'] => {
    if (feedback.size === 0 && unmatched === 0) return undefined
    const kinds: readonly Known['kind'][] = feedback.size > 0 ? [...feedback.keys()] : [kindOf(plan)]
    // Feedback of a second kind on one output goes by a name of its own.
    const told = kinds.map((kind, at) => {
      const meter = feedback.get(kind) ?? feedbackMeter(kind, plan.labels, disguise)
      return [nameOf(plan.output, kind, plan), meter.toWire(at === 0 ? unmatched : 0)] as const
    })
    return Object.fromEntries(told)
  }
  return {
    key,
    hour,
    operations,
    ranking,
    goals,
    know(answer, known, lagSeconds) {
      const meter = feedback.get(known.kind) ?? feedbackMeter(known.kind, plan.labels, disguise)
      feedback.set(known.kind, meter)
      meter.add(answer, known, lagSeconds)
    },
    unmatched() {
      unmatched += 1
    },
    merge(more) {
      const added: TelemetryGroup = { ...head, counts: {}, ...more }
      merged = merged ? mergeGroups(merged, added) : added
    },
    toWire() {
      const pipeline = merged?.features && pipelineOf()
      const [feedbackTold, positions, values] = [feedbackToWire(), ranking.toWire(), goals.toWire()]
      const now: TelemetryGroup = {
        ...head,
        ...operations.toWire(),
        ...(feedbackTold && { feedback: feedbackTold }),
        ...(positions && { ranking: positions }),
        ...(values && { goals: values }),
        ...(privacy && { privacy: { epsilon: privacy.epsilon } }),
        ...(pipeline && { pipeline }),
      }
      return merged ? mergeGroups(now, merged) : now
    },
  }
}

/** The kind of feedback that one would expect on an output. */
function kindOf({ kind }: VersionPlan): Known['kind'] {
  if (kind === 'classes') return 'labels'
  return kind === 'value' ? 'values' : 'signals'
}

function nameOf(output: string, kind: Known['kind'], plan: VersionPlan): string {
  return kind === kindOf(plan) ? output : `${output}.${kind}`.slice(-128)
}

import type { PendingPrediction } from '../pending-store.ts'
import type { AnswerFacts, CallFacts, FeedbackFacts, ShownFacts } from '../recorder.ts'
import { maxPendingSamples, maxScoredLabels, settledAtOnce } from './config.ts'
import type { Known } from './feedback-meter.ts'
import type { GroupMeter } from './group-meter.ts'
import type { PendingBook } from './pending-book.ts'
import { isPosition } from './ranking-feedback.ts'
import { readFeedback } from './read-feedback.ts'
import type { VersionPlan } from './version-plan.ts'
import { positive } from './whole.ts'

/** What feedback is matched with, on the device. */
export interface FeedbackBook {
  /** Keeps the answers of a call for as long as something may become known of them. */
  expect(call: CallFacts): void
  give(model: string, id: string, facts: FeedbackFacts): Promise<boolean>
  shown(model: string, id: string, facts: readonly ShownFacts[]): Promise<boolean>
  settle(): Promise<void>
}

/** What a book works with. */
export interface FeedbackBookDeps {
  readonly book: PendingBook
  readonly time: () => number
  readonly planOf: (model: string, version: string) => VersionPlan
  /** The group of this hour that a prediction belongs to. */
  readonly groupOf: (prediction: PendingPrediction) => GroupMeter | undefined
  /** Feedback on a prediction that nobody knows any more. */
  readonly unmatched: (model: string) => void
}

const marks = { verdict: 'verdict', acted: 'acted' } as const

export function feedbackBook({ book, time, planOf, groupOf, unmatched }: FeedbackBookDeps): FeedbackBook {
  const find = async (model: string, id: string): Promise<PendingPrediction | undefined> => {
    const found = await book.find(model, id)
    if (!found) unmatched(model)
    return found
  }
  /** Notes what is known now; that which was known before counts no second time. */
  const know = (prediction: PendingPrediction, sample: number, known: Known): PendingPrediction => {
    const { known: before = [], answers } = prediction
    const answer = answers[sample]
    const mark = `${sample} ${known.kind === 'signals' ? known.signal : known.kind}`
    if (!answer || before.includes(mark)) return prediction
    const judged = `${sample} ${marks.verdict}`
    const isNew = known.kind === 'signals' && known.verdict !== undefined && !before.includes(judged)
    const told: Known = known.kind === 'signals' && !isNew ? { ...known, verdict: undefined } : known
    groupOf(prediction)?.know(answer, told, (time() - prediction.time) / 1000)
    return { ...prediction, known: [...before, mark, ...(isNew ? [judged] : [])] }
  }
  const act = (prediction: PendingPrediction, sample: number): PendingPrediction => {
    const { known = [] } = prediction
    const mark = `${sample} ${marks.acted}`
    if (!prediction.answers[sample] || known.includes(mark)) return prediction
    groupOf(prediction)?.operations.happened({ ...prediction, counts: { actions: 1 } })
    return { ...prediction, known: [...known, mark] }
  }
  const react = (prediction: PendingPrediction, { position, propensity }: FeedbackFacts): void => {
    const [first] = prediction.shown ?? []
    const at = position ?? first?.[0]
    if (at === undefined) return
    const shown = prediction.shown?.find(([place]) => place === at)
    groupOf(prediction)?.ranking.reacted(at, shown?.[1] ?? propensity ?? 1)
  }
  return {
    expect({ id, answers, samples: _samples, ...call }) {
      if (id === undefined || !answers || answers.length === 0) return
      const { model, version, variant, backend, slice } = call
      const { window } = planOf(model, version).section.feedback ?? {}
      const now = time()
      book.add({
        ...{ model, version, variant, backend },
        ...(slice && { slice }),
        id,
        time: now,
        answers: answers.slice(0, maxPendingSamples).map(keptAnswer),
        ...(window !== undefined && { due: now + window * 1000 }),
      })
    },
    async give(model, id, facts) {
      const found = await book.find(model, id)
      const known = readFeedback(facts, found && planOf(model, found.version).section.feedback)
      if (!found) {
        unmatched(model)
        return false
      }
      const sample = facts.sample ?? 0
      if (!found.answers[sample]) return false
      const after = known ? know(found, sample, known) : act(found, sample)
      if (after === found) return true // it was known
      if (known?.kind === 'signals' && known.verdict) react(found, facts)
      book.add(after)
      return true
    },
    async shown(model, id, facts) {
      const found = await find(model, id)
      if (!found) return false
      const before = found.shown ?? []
      const added = facts
        .filter(({ position }) => isPosition(position) && before.every(([place]) => place !== position))
        .map(({ position, propensity }) => [position, positive(propensity) ?? 1] as const)
      for (const [position] of added) groupOf(found)?.ranking.shown(position)
      if (added.length > 0) book.add({ ...found, shown: [...before, ...added] })
      return true
    },
    async settle() {
      for (const late of await book.due(time(), settledAtOnce)) {
        const { due: _due, ...rest } = late
        const judged = late.answers.reduce<PendingPrediction>(
          (prediction, _, sample) =>
            prediction.known?.includes(`${sample} ${marks.verdict}`)
              ? prediction
              : know(prediction, sample, { kind: 'signals', signal: 'none', verdict: false }),
          rest,
        )
        book.add(judged)
      }
    },
  }
}

/** Probabilities are kept where they are few. */
function keptAnswer({ probabilities, ...answer }: AnswerFacts): AnswerFacts {
  const few = probabilities && Object.keys(probabilities).length <= maxScoredLabels
  return few ? { ...answer, probabilities } : answer
}

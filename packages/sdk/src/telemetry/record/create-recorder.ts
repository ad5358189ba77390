import {
  HomingError,
  maxSliceLength,
  type TelemetryEvent,
  TelemetryEventSchema,
  type TelemetryGroup,
  TelemetryGroupSchema,
} from '@homing/protocol'
import * as v from 'valibot'

import { pipelineHash } from '../../measure/pipeline-hash.ts'
import { spentEpsilon } from '../../random/discrete-laplace.ts'
import { cryptoBits, type RandomBits } from '../../random/random-bits.ts'
import type { PendingStore } from '../pending-store.ts'
import type { GroupKey, MeasuredFacts, Recorded, Recorder } from '../recorder.ts'
import { maxGoals, maxHeldEvents, maxPendingInMemory } from './config.ts'
import { feedbackBook } from './feedback-book.ts'
import { type GroupMeter, groupMeter } from './group-meter.ts'
import { hourOf } from './group-key.ts'
import { heldGroups } from './held-groups.ts'
import { pendingBook } from './pending-book.ts'
import { type VersionPlan, versionPlan } from './version-plan.ts'

/** How a device is recorded. */
export interface RecorderOptions {
  /** Of local differential privacy: noise is added to all that is told, as `spentEpsilon` of it says. */
  readonly epsilon?: number | undefined
  /** Whether sampled events are taken now. */
  readonly events?: () => boolean
}

/** What a recorder works with. */
export interface RecorderDeps {
  readonly pending: PendingStore
  /** Milliseconds since the epoch. */
  readonly time: () => number
  readonly bits?: RandomBits
}

const goalName = /^[A-Za-z0-9][A-Za-z0-9_.:-]*$/
const unknownPlan: VersionPlan = { section: {}, output: 'output', kind: 'value', labels: [] }

/** A recorder of nothing yet. @throws HomingError CONFIG_INVALID for an epsilon that is not positive. */
export function createRecorder(
  { epsilon, events }: RecorderOptions,
  { pending, time, bits = cryptoBits() }: RecorderDeps,
): Recorder {
  if (epsilon !== undefined && !(epsilon > 0 && epsilon <= 32))
    throw new HomingError('CONFIG_INVALID', 'The epsilon of local privacy lies above 0, and is at most 32.')
  const privacy = epsilon === undefined ? undefined : { epsilon: spentEpsilon(epsilon), bits }
  const plans = new Map<string, VersionPlan>()
  /** Of pipelines, by model and version. */
  const hashes = new Map<string, string>()
  /** What answered last, by model. */
  const last = new Map<string, GroupKey>()
  const goals = new Set<string>()
  const planOf = (model: string, version: string): VersionPlan =>
    plans.get(`${model} ${version}`) ?? plans.get(model) ?? unknownPlan
  const groups = heldGroups({
    make: (hour, key) =>
      groupMeter(hour, key, planOf(key.model, key.version), privacy, () =>
        hashes.get(`${key.model} ${key.version}`),
      ),
    slicesOf: ({ model, version }) => planOf(model, version).section.slices,
  })
  const book = pendingBook(pending, maxPendingInMemory)
  let held: TelemetryEvent[] = []
  let changed = false

  const groupNow = (key: GroupKey): GroupMeter | undefined => {
    changed = true
    return groups.of(hourOf(time()), key)
  }
  const feedback = feedbackBook({
    book,
    time,
    planOf,
    groupOf: groupNow,
    unmatched(model) {
      const key = last.get(model)
      if (key) groupNow(key)?.unmatched()
    },
  })
  const hold = (facts: MeasuredFacts): void => {
    const { events: declared } = planOf(facts.model, facts.version).section
    if (!events?.() || privacy || !declared) return
    const { model, version, variant, backend } = facts
    for (const fields of facts.events ?? []) {
      if (held.length >= maxHeldEvents) return
      const { rate, keep } = declared
      held.push({ hour: hourOf(time()), model, version, variant, backend, rate, keep, fields: { ...fields } })
    }
  }
  const peek = (): Recorded => ({ groups: groups.toWire(), events: [...held], dropped: groups.dropped })

  return {
    declare(manifest) {
      const plan = versionPlan(manifest)
      const name = `${manifest.model} ${manifest.version}`
      plans.set(name, plan)
      plans.set(manifest.model, plan) // for predictions of versions that are gone
      void pipelineHash(manifest).then((hash) => hash && hashes.set(name, hash))
    },
    record(call) {
      const group = groupNow(call)
      group?.operations.call(call)
      if (call.error !== undefined) return
      last.set(call.model, group?.key ?? call)
      feedback.expect({ ...call, ...(group && { slice: group.key.slice }) })
    },
    happened: (facts) => groupNow(facts)?.operations.happened(facts),
    measured(facts) {
      const { features, outputs, correlation } = facts
      hold(facts)
      if (!features && !outputs && !correlation) return
      groups.merge(groupNow(facts), {
        ...(features && { features }),
        ...(outputs && { outputs }),
        ...(correlation && { correlation }),
      })
    },
    feedback: (model, id, facts) => feedback.give(model, id, facts),
    shown: (model, id, facts) => feedback.shown(model, id, facts),
    async track(goal, value, of) {
      if (typeof goal !== 'string' || goal.length > maxSliceLength || !goalName.test(goal))
        throw new HomingError('CONFIG_INVALID', 'A goal has a name of letters, digits and -_.: (at most 64).')
      if (typeof value !== 'number' || !Number.isFinite(value))
        throw new HomingError('CONFIG_INVALID', `The value of goal "${goal}" is no finite number.`)
      const own = goals.has(goal) || goals.size < maxGoals ? goal : 'other'
      const keys = of ? [await book.find(of.model, of.id)] : [...last.values()]
      const known = keys.flatMap((key) => key ?? [])
      if (known.length === 0) return false
      goals.add(own)
      for (const key of known) groupNow(key)?.goals.add(own, value)
      return true
    },
    settle: () => feedback.settle(),
    get changed() {
      return changed
    },
    peek() {
      changed = false
      return peek()
    },
    take(ripe = false) {
      const taken = { ...peek(), groups: groups.take(ripe ? hourOf(time()) : Infinity) }
      held = []
      groups.dropped = 0
      changed = false
      return taken
    },
    restore(recorded) {
      const { groups: kept, events: told, dropped } = readRecorded(recorded)
      for (const group of kept) groups.merge(groups.of(group.hour, group), group)
      held = [...held, ...told].slice(0, maxHeldEvents)
      groups.dropped += dropped
      if (kept.length > 0 || told.length > 0) changed = true
    },
    async erase() {
      groups.take(Infinity)
      groups.dropped = 0
      held = []
      last.clear()
      goals.clear()
      changed = false
      await book.clear()
    },
  }
}

const RecordedSchema = v.object({
  groups: v.array(v.unknown()),
  events: v.array(v.unknown()),
  dropped: v.number(),
})

/** What an earlier session persisted, as far as it is whole; what is not counts as dropped. */
function readRecorded(recorded: unknown): {
  groups: TelemetryGroup[]
  events: TelemetryEvent[]
  dropped: number
} {
  if (!v.is(RecordedSchema, recorded)) return { groups: [], events: [], dropped: 1 }
  const groups = recorded.groups.flatMap((group) => (v.is(TelemetryGroupSchema, group) ? [group] : []))
  const events = recorded.events.flatMap((event) => (v.is(TelemetryEventSchema, event) ? [event] : []))
  const damaged = recorded.groups.length - groups.length
  return { groups, events, dropped: Math.max(0, recorded.dropped) + damaged }
}

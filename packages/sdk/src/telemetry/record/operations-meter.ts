import { type CountName, countNames, maxCount, type TelemetryGroup } from '@homing/protocol'
import {
  addMoment,
  addQuantile,
  emptyMoments,
  emptyQuantileSketch,
  momentsToWire,
  quantileSketchToWire,
} from '@homing/stats'

import type { CallFacts, VersionFacts } from '../recorder.ts'
import { boundedCounts } from './bounded-counts.ts'
import { positive, whole } from './whole.ts'

type Operations = Pick<
  TelemetryGroup,
  | 'counts'
  | 'errors'
  | 'latency'
  | 'queue'
  | 'load'
  | 'activation'
  | 'bytes'
  | 'heap'
  | 'storage'
  | 'longTasks'
  | 'probes'
  | 'guards'
>

/** What is told of how a version runs. */
export interface OperationsMeter {
  call(facts: CallFacts): void
  happened(facts: VersionFacts): void
  toWire(): Operations
}

const errorCode = /^[A-Z][A-Z0-9_]{1,63}$/
const guardPlace = /^[a-z]+(\.\d{1,4})?$/

/** `noise`: what each count begins with, so that nobody ever reads it without. */
export function operationsMeter(noise?: () => number): OperationsMeter {
  const counts: Partial<Record<CountName, number>> = noise
    ? Object.fromEntries(countNames.map((name) => [name, noise()]))
    : {}
  const errors = boundedCounts('OTHER')
  const guards = boundedCounts('other')
  const times = {
    latency: emptyQuantileSketch(),
    queue: emptyQuantileSketch(),
    load: emptyQuantileSketch(),
    activation: emptyQuantileSketch(),
  }
  const [heap, storage] = [emptyMoments(), emptyMoments()]
  const longTasks = { n: 0, sum: 0 }
  const probes = { passed: 0, failed: 0 }
  let bytes = 0

  const count = (name: CountName, more: number | undefined): void => {
    const added = whole(more)
    if (added > 0) counts[name] = Math.min(maxCount, (counts[name] ?? 0) + added)
  }
  const time = (name: keyof typeof times, milliseconds: number | undefined): void => {
    const own = positive(milliseconds)
    if (own !== undefined) addQuantile(times[name], own)
  }
  const countAll = (more: Partial<Record<CountName, number>> | undefined): void => {
    if (more) for (const name of countNames) count(name, more[name])
  }
  const fail = (code: string | undefined): void => {
    if (code !== undefined) errors.add(errorCode.test(code) ? code : 'OTHER')
  }
  return {
    call({ samples, latency, queue, error, counts: more, guards: hits, longTasks: tasks }) {
      count('predictions', samples)
      count('calls', 1)
      countAll(more)
      if (error === 'ABORTED') count('aborted', samples)
      else fail(error)
      time('latency', latency)
      time('queue', queue)
      for (const [guard, hit] of Object.entries(hits ?? {}))
        guards.add(guardPlace.test(guard) ? guard : 'other', hit)
      if (!tasks) return
      longTasks.n = whole(longTasks.n + whole(tasks.n))
      longTasks.sum = Math.min(Number.MAX_SAFE_INTEGER, longTasks.sum + (positive(tasks.sum) ?? 0))
    },
    happened(facts) {
      countAll(facts.counts)
      fail(facts.error)
      time('load', facts.load)
      time('activation', facts.activation)
      bytes += positive(facts.bytes) ?? 0
      // In whole MiB: an exact figure would help to know a device again.
      if (facts.heap !== undefined) addMoment(heap, Math.round(facts.heap))
      if (facts.storage !== undefined) addMoment(storage, Math.round(facts.storage))
      probes.passed = whole(probes.passed + whole(facts.probes?.passed))
      probes.failed = whole(probes.failed + whole(facts.probes?.failed))
    },
    toWire() {
      const sketches = Object.entries(times).flatMap(([name, sketch]) => {
        const wire = quantileSketchToWire(sketch)
        return wire ? [[name, wire] as const] : []
      })
      const named = { errors: errors.toWire(), guards: guards.toWire(), heap: momentsToWire(heap) }
      const told = Object.entries({ ...named, storage: momentsToWire(storage) })
      return {
        counts: { ...counts },
        ...(Object.fromEntries([
          ...sketches,
          ...told.filter(([, wire]) => wire !== undefined),
        ]) as Partial<Operations>),
        ...(bytes > 0 && { bytes: Math.min(bytes, Number.MAX_SAFE_INTEGER) }),
        ...(longTasks.n > 0 && { longTasks: { ...longTasks } }),
        ...(probes.passed + probes.failed > 0 && { probes: { ...probes } }),
      }
    },
  }
}

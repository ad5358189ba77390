import { type TelemetryGroup, TelemetryGroupSchema } from '@homing/protocol'
import { quantileOf, quantileSketchFromWire } from '@homing/stats'
import fc from 'fast-check'
import * as v from 'valibot'
import { expect, test } from 'vitest'

import { bitsFrom } from '../../random/random-bits.ts'
import { seededRandom } from '../../random/seeded-random.ts'
import type { CallFacts, MeasuredManifest, Recorder } from '../recorder.ts'
import { createRecorder, type RecorderOptions } from './create-recorder.ts'
import { memoryPending } from './memory-pending.ts'

const hour = 3_600_000
const start = 480_000 * hour
const key = { model: 'digits', version: '1.0.0', variant: 'fp32', backend: 'wasm' } as const
const labels = ['cat', 'dog']
const manifest = (telemetry: MeasuredManifest['telemetry'] = {}): MeasuredManifest => ({
  ...key,
  signature: { inputs: [], outputs: [{ name: 'y', dtype: 'float32', shape: ['n', 2] }] },
  pipeline: { inputs: [], outputs: [{ kind: 'classification', tensor: 'y', activation: 'none', labels }] },
  telemetry: telemetry,
})

/** A recorder whose clock the test moves. */
function recording(
  telemetry: MeasuredManifest['telemetry'] = {},
  options: RecorderOptions = {},
): { recorder: Recorder; clock: { now: number } } {
  const clock = { now: start }
  const random = seededRandom(1)
  const recorder = createRecorder(options, {
    pending: memoryPending(),
    time: () => clock.now,
    bits: bitsFrom(() => Math.floor(random() * 2 ** 32)),
  })
  recorder.declare(manifest(telemetry))
  return { recorder, clock }
}
const call = (more: Partial<CallFacts> = {}): CallFacts => ({
  ...key,
  samples: 1,
  latency: 10,
  queue: 1,
  ...more,
})
const answered = (id: string, label = 'cat', probability = 0.8): CallFacts =>
  call({ id, answers: [{ label, probability, probabilities: { cat: 0.8, dog: 0.2 } }] })
/** What would be sent, as the server reads it. */
const told = (recorder: Recorder): TelemetryGroup[] =>
  recorder.peek().groups.map((group) => v.parse(TelemetryGroupSchema, JSON.parse(JSON.stringify(group))))
const only = (recorder: Recorder): TelemetryGroup => {
  const [group, ...others] = told(recorder)
  expect(others).toEqual([])
  return group!
}

test('calls are counted by hour, model, version, variant, backend and declared slice', () => {
  const { recorder, clock } = recording({ slices: [{ name: 'plan', values: ['free', 'paid'] }] })
  recorder.record(call({ slice: { plan: 'free' } }))
  recorder.record(call({ slice: { plan: 'free', user: 'ada' }, samples: 3, counts: { marked: 2 } }))
  recorder.record(call({ slice: { plan: 'ada@example.org' } }))
  recorder.record(call({ error: 'INPUT_VALUE', backend: 'webgpu' }))
  clock.now += hour
  recorder.record(call({ error: 'ABORTED' }))
  expect(told(recorder)).toMatchObject([
    { hour: 480_000, slice: { plan: 'free' }, counts: { predictions: 4, calls: 2, marked: 2 } },
    { slice: { plan: 'other' }, counts: { predictions: 1 } },
    { backend: 'webgpu', errors: { INPUT_VALUE: 1 } },
    { hour: 480_001, counts: { aborted: 1 } },
  ])
})

test('times are told as sketches, loads and storage beside', () => {
  const { recorder } = recording()
  for (let latency = 1; latency <= 100; latency++) recorder.record(call({ latency }))
  recorder.happened({
    ...key,
    load: 300,
    bytes: 1000,
    storage: 12.4,
    counts: { loads: 1 },
    probes: { passed: 4, failed: 0 },
  })
  const group = only(recorder)
  const median = quantileOf(quantileSketchFromWire(group.latency), 0.5)
  expect(Math.abs(median - 50)).toBeLessThan(1.6)
  expect(group).toMatchObject({
    bytes: 1000,
    storage: { mean: 12 },
    probes: { passed: 4 },
    counts: { loads: 1 },
  })
})

test('the truth of a prediction is matched on the device, however late, and counted once', async () => {
  const { recorder, clock } = recording()
  recorder.record(answered('a'))
  recorder.record(answered('b'))
  clock.now += 40 * 24 * hour
  expect(await recorder.feedback('digits', 'a', { label: 'dog' })).toBe(true)
  expect(await recorder.feedback('digits', 'a', { label: 'dog' })).toBe(true)
  expect(await recorder.feedback('digits', 'b', { label: 'cat' })).toBe(true)
  expect(await recorder.feedback('digits', 'nobody', { label: 'cat' })).toBe(false)
  const late = told(recorder).find((group) => group.hour > 480_000)!
  expect(late.feedback!['y']).toMatchObject({
    kind: 'labels',
    count: 2,
    unmatched: 1,
    confusion: { labels, cells: [0, 1, 2, 1] },
    scores: { logLoss: { count: 2 } },
  })
  const { lag } = late.feedback!['y']!
  expect(quantileOf(quantileSketchFromWire(lag), 0.5) / 3600).toBeCloseTo(960, -2)
})

test('what was recorded in an earlier session is matched from the store', async () => {
  const pending = memoryPending()
  const deps = { pending, time: () => start }
  const before = createRecorder({}, deps)
  before.declare(manifest())
  before.record(answered('a'))
  await before.settle()
  const after = createRecorder({}, deps)
  after.declare({ ...manifest(), version: '2.0.0' })
  expect(await after.feedback('digits', 'a', { label: 'cat' })).toBe(true)
  expect(told(after)).toMatchObject([{ version: '1.0.0', feedback: { y: { count: 1 } } }])
})

test('an answer to which nobody reacts counts as negative once its window has passed, one to which somebody did not', async () => {
  const { recorder, clock } = recording({ feedback: { window: 60 } })
  for (const id of ['clicked', 'hidden', 'ignored', 'seen']) recorder.record(answered(id))
  await recorder.feedback('digits', 'clicked', { signal: 'click' })
  await recorder.feedback('digits', 'clicked', { signal: 'completion' })
  await recorder.feedback('digits', 'hidden', { signal: 'hide' })
  await recorder.feedback('digits', 'seen', { signal: 'dwell', seconds: 3 })
  clock.now += 59_000
  await recorder.settle()
  expect(only(recorder).feedback!['y.signals']).toMatchObject({ positive: 1, negative: 1 })
  clock.now += 2_000
  await recorder.settle()
  await recorder.settle()
  const signals = { click: 1, completion: 1, hide: 1, dwell: 1, none: 2 }
  expect(only(recorder).feedback!['y.signals']).toMatchObject({ signals, positive: 1, negative: 3 })
})

test('which signals are positive, a manifest says', async () => {
  const { recorder } = recording({ feedback: { positive: ['dwell'], dwell: 10 } })
  for (const id of ['a', 'b', 'c']) recorder.record(answered(id))
  await recorder.feedback('digits', 'a', { signal: 'dwell', seconds: 12 })
  await recorder.feedback('digits', 'b', { signal: 'dwell', seconds: 2 })
  await recorder.feedback('digits', 'c', { signal: 'click' })
  expect(only(recorder).feedback!['y.signals']).toMatchObject({ positive: 1, negative: 0 })
})

test('positions that were shown are kept with the propensity of what users reacted to', async () => {
  const { recorder } = recording()
  recorder.record(answered('a'))
  await recorder.shown('digits', 'a', [{ position: 0 }, { position: 2, propensity: 0.25 }, { position: -1 }])
  await recorder.shown('digits', 'a', [{ position: 0 }])
  await recorder.feedback('digits', 'a', { signal: 'click', position: 2 })
  expect(only(recorder).ranking!.positions).toEqual([
    { shown: 1, positive: 0, weight: 0, squares: 0 },
    { shown: 0, positive: 0, weight: 0, squares: 0 },
    { shown: 1, positive: 1, weight: 4, squares: 16 },
  ])
})

test('values of goals and actions belong to the version that answered', async () => {
  const { recorder } = recording()
  expect(await recorder.track('sale', 5)).toBe(false)
  recorder.record(answered('a'))
  recorder.record(call({ version: '1.1.0', id: 'b', answers: [{ label: 'dog' }] }))
  expect(await recorder.track('sale', 5, { model: 'digits', id: 'a' })).toBe(true)
  expect(await recorder.track('sale', 3)).toBe(true)
  expect(await recorder.track('sale', 3, { model: 'digits', id: 'gone' })).toBe(false)
  await recorder.feedback('digits', 'b', { acted: true })
  await recorder.feedback('digits', 'b', { acted: true })
  expect(told(recorder)).toMatchObject([
    { version: '1.0.0', goals: { sale: { n: 1, sum: 5, squares: 25 } } },
    { version: '1.1.0', goals: { sale: { n: 1, sum: 3 } }, counts: { actions: 1 } },
  ])
})

test.each([
  [{}, /exactly one/],
  [{ label: 'cat', value: 1 }, /exactly one/],
  [{ label: 7 as never }, /string/],
  [{ value: NaN }, /finite/],
  [{ signal: 'wink' as never }, /signal/],
  [{ signal: 'dwell' as const, seconds: -1 }, /seconds/],
])('feedback %o is refused', async (facts, message) => {
  const { recorder } = recording()
  recorder.record(answered('a'))
  await expect(recorder.feedback('digits', 'a', facts)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(message) as string,
  })
})

test('a goal needs a name and a finite value', async () => {
  const { recorder } = recording()
  for (const [goal, value] of [
    ['', 1],
    ['a b', 1],
    ['a@b', 1],
    ['x'.repeat(65), 1],
    ['sale', NaN],
  ] as const)
    await expect(recorder.track(goal, value)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

test('what is taken is held no more, and what is restored is held again', () => {
  const { recorder, clock } = recording()
  recorder.record(call())
  clock.now += hour
  recorder.record(call())
  expect(recorder.take(true).groups.map((group) => group.hour)).toEqual([480_000])
  const rest = recorder.take()
  expect(rest.groups).toHaveLength(1)
  expect(recorder.peek().groups).toEqual([])
  recorder.restore(JSON.parse(JSON.stringify(rest)))
  recorder.record(call())
  expect(only(recorder)).toMatchObject({ hour: 480_001, counts: { predictions: 2 } })
})

test('what a disk has spoiled is dropped, and counted', () => {
  const { recorder } = recording()
  recorder.record(call())
  const { groups } = recorder.take()
  for (const spoiled of [
    null,
    'x',
    { groups: 3 },
    { groups: [{ ...groups[0], hour: -1 }], events: [7], dropped: 0 },
  ])
    recorder.restore(spoiled)
  expect(recorder.peek()).toEqual({ groups: [], events: [], dropped: 4 })
})

test('the number of groups is bounded: slices are told together, then predictions dropped', () => {
  const values = Array.from({ length: 32 }, (_, at) => `v${at}`)
  const { recorder, clock } = recording({ slices: [{ name: 'a', values }] })
  for (let at = 0; at < 6; at++) {
    for (const a of values) recorder.record(call({ slice: { a } }))
    clock.now += hour
  }
  for (let at = 0; at < 200; at++) {
    recorder.record(call())
    clock.now += hour
  }
  const { groups, dropped } = recorder.peek()
  expect(groups).toHaveLength(96)
  expect(dropped).toBeGreaterThan(0)
  const counted = groups.reduce((sum, { counts }) => sum + counts.predictions!, 0)
  expect(counted + dropped).toBe(6 * 32 + 200)
})

test('consent that is withdrawn leaves nothing, and nothing to match', async () => {
  const { recorder } = recording({ events: { fields: ['y'], rate: 1, keep: 1 } }, { events: () => true })
  recorder.record(answered('a'))
  recorder.measured({ ...key, events: [{ y: 'cat' }] })
  expect(recorder.peek().events).toHaveLength(1)
  await recorder.erase()
  expect(recorder.changed).toBe(false)
  expect(recorder.peek()).toEqual({ groups: [], events: [], dropped: 0 })
  expect(await recorder.feedback('digits', 'a', { label: 'cat' })).toBe(false)
  expect(await recorder.track('sale', 1)).toBe(false)
})

test('with local privacy every count begins with noise, and what is shown is what is sent', async () => {
  const { recorder } = recording({ feedback: { window: 1 } }, { epsilon: 1 })
  for (let at = 0; at < 100; at++) recorder.record(answered(`${at}`))
  await recorder.feedback('digits', '1', { label: 'cat' })
  await recorder.track('sale', 77)
  const group = only(recorder)
  expect(group.privacy).toEqual({ epsilon: 1 })
  expect(Object.keys(group.counts)).toHaveLength(15)
  expect(Object.values(group.counts).some((count = 0) => count !== 0 && Math.abs(count) < 20)).toBe(true)
  expect(Math.abs(group.counts.predictions! - 100)).toBeLessThan(20)
  expect(group.goals!['sale']).toMatchObject({ sum: 0, squares: 0 })
  expect(group.feedback!['y']).not.toHaveProperty('calibration')
  expect(group.feedback!['y']).not.toHaveProperty('lag')
  const shown = recorder.peek()
  expect(recorder.take()).toEqual(shown)
})

test('an epsilon that is none is refused', () => {
  for (const epsilon of [0, -1, NaN, 33]) expect(() => recording({}, { epsilon })).toThrow(/epsilon/)
})

test('whatever an app passes, nothing throws, and what is told keeps the bounds', () => {
  const number = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(NaN, -1, Infinity, 1e300))
  const names = fc.dictionary(fc.string({ maxLength: 100 }), number, { maxKeys: 100 })
  const facts = fc.record({
    samples: number,
    latency: number,
    queue: number,
    error: fc.option(fc.string(), { nil: undefined }),
    guards: names,
    counts: fc.dictionary(fc.constantFrom('marked', 'actions', 'nonsense'), number),
    slice: fc.dictionary(fc.string(), fc.string()),
    longTasks: fc.record({ n: number, sum: number }),
  })
  fc.assert(
    fc.property(fc.array(facts, { maxLength: 5 }), (calls) => {
      const { recorder } = recording()
      for (const more of calls) recorder.record(call(more))
      told(recorder)
    }),
  )
})

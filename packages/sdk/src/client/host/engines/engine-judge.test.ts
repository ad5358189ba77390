import { expect, test } from 'vitest'

import type { Pulse, RuntimeApi } from '../../../runtime/runtime-api.ts'
import { createEngineJudge, type EngineJudge } from './engine-judge.ts'

const limit = 1_000
const interval = limit / 4

/** An engine that answers with what a test sets; `undefined` blocks its thread. */
interface Subject {
  pulse: Pulse | undefined
  running: RuntimeApi | undefined
  readonly judge: EngineJudge
  readonly hung: string[]
  /** Lets time go by, as often as the judge waits. */
  pass(waits: number, ms?: number): Promise<void>
}

function subject(): Subject {
  let now = 0
  const sleepers: (() => void)[] = []
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve))
  const hung: string[] = []
  const runtime = {
    pulse: () => (made.pulse ? Promise.resolve(made.pulse) : new Promise(() => undefined)),
  } as unknown as RuntimeApi
  const made: Subject = {
    pulse: { ended: 0, work: 'other' },
    running: runtime,
    hung,
    judge: createEngineJudge({
      platform: { now: () => now, sleep: () => new Promise((resolve) => sleepers.push(resolve)) },
      running: () => made.running,
      hangLimit: limit,
      onHang: (engine, { code, message }) => hung.push(`${engine} ${code} ${message}`),
    }),
    async pass(waits, ms = interval) {
      for (let wait = 0; wait < waits; wait++) {
        await settle()
        now += ms
        for (const wake of sleepers.splice(0)) wake()
        await settle()
      }
    },
  }
  return made
}

test('an engine that gets on is left alone, however long it is busy', async () => {
  const engine = subject()
  engine.judge.watch('onnx')
  for (let ended = 0; ended < 10; ended++) {
    engine.pulse = { ended, work: 'other' }
    await engine.pass(3)
  }
  engine.pulse = { ended: 10, work: 'none' }
  await engine.pass(1)
  engine.pulse = undefined // nobody asks any more
  await engine.pass(10)
  expect(engine.hung).toEqual([])
})

test.each([
  ['work never ends', { ended: 3, work: 'other' } as const, 'did not get on'],
  ['the thread is blocked', undefined, 'gave no sign of life'],
])('where %s, it hangs after the limit, and not before', async (_, pulse, how) => {
  const engine = subject()
  engine.pulse = pulse
  engine.judge.watch('onnx')
  engine.judge.watch('onnx')
  await engine.pass(4)
  expect(engine.hung).toEqual([])
  await engine.pass(2)
  expect(engine.hung).toEqual([expect.stringContaining(how)])
  expect(engine.hung[0]).toMatch(/^onnx WORKER_LOST/)
})

test('loading has three times as much, a start that answers ten times', async () => {
  const engine = subject()
  let loaded!: () => void
  const loading = engine.judge.whileLoading('onnx', new Promise<void>((resolve) => (loaded = resolve)))
  await engine.pass(11)
  engine.pulse = { ended: 0, work: 'start' }
  await engine.pass(29)
  expect(engine.hung).toEqual([])
  await engine.pass(2)
  expect(engine.hung).toHaveLength(1)
  loaded()
  await loading
})

test('a night in which everything slept is no hang', async () => {
  const engine = subject()
  engine.judge.watch('onnx')
  engine.pulse = undefined
  await engine.pass(1, 8 * 3_600_000)
  expect(engine.hung).toEqual([])
})

test('a worker that died is not judged, the one after it is', async () => {
  const engine = subject()
  engine.judge.watch('onnx')
  engine.pulse = undefined
  await engine.pass(3)
  engine.running = undefined
  await engine.pass(10)
  expect(engine.hung).toEqual([])
})

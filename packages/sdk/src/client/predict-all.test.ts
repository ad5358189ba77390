import { HomingError } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import type { Prediction, Scored } from './api.ts'
import { predictAll } from './predict-all.ts'

type Inputs = Readonly<Record<string, never>>
const input = (n: number): Inputs => ({ n }) as unknown as Inputs
const numberOf = (inputs: unknown): number => (inputs as { n: number }).n
const predictionOf = (n: number): Prediction => ({ predictionId: String(n) }) as Prediction

/** Answers after a few turns of the event loop, counting what is under way. */
function slow() {
  const seen = { now: 0, most: 0, aborted: 0 }
  const predict = async (inputs: unknown, signal: AbortSignal): Promise<Prediction> => {
    seen.most = Math.max(seen.most, ++seen.now)
    await new Promise((resolve) => setTimeout(resolve, numberOf(inputs) % 3))
    seen.now--
    if (signal.aborted) seen.aborted++
    return predictionOf(numberOf(inputs))
  }
  return { seen, predict }
}
const collect = async (scored: AsyncIterable<Scored>): Promise<Scored[]> => {
  const all: Scored[] = []
  for await (const each of scored) all.push(each)
  return all
}
const numbers = (count: number): Inputs[] => Array.from({ length: count }, (_, n) => input(n))

test('answers every input once, in order, with no more under way than the window', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 1, max: 9 }),
      async (count, window) => {
        const { seen, predict } = slow()
        const all = await collect(predictAll(numbers(count), predict, { window }))
        expect(all).toEqual(
          Array.from({ length: count }, (_, index) => ({ index, prediction: predictionOf(index) })),
        )
        expect(seen.most).toBeLessThanOrEqual(window)
      },
    ),
    { numRuns: 12 },
  )
})

test('asks for no more inputs than there is room for while nobody reads', async () => {
  let asked = 0
  async function* endless(): AsyncGenerator<Inputs> {
    for (;;) yield await Promise.resolve(input(asked++))
  }
  const { predict } = slow()
  const scored = predictAll(endless(), predict, { window: 4 })
  await scored.next()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect(asked).toBeLessThanOrEqual(6) // what is under way, the one that was answered, and the one that is held
  await scored.return()
})

test('gives the first answers while the source is still slow to give inputs', async () => {
  let open!: () => void
  const gate = new Promise<void>((resolve) => (open = resolve))
  async function* source(): AsyncGenerator<Inputs> {
    yield input(0)
    await gate
    yield input(1)
  }
  const scored = predictAll(source(), slow().predict, {})
  expect((await scored.next()).value).toMatchObject({ index: 0 })
  open()
  expect((await scored.next()).value).toMatchObject({ index: 1 })
  expect((await scored.next()).done).toBe(true)
})

test('an input that is refused has an error in its place, and progress counts it', async () => {
  const refused = new HomingError('INPUT_SHAPE', 'wrong')
  const told: unknown[] = []
  const predict = (inputs: unknown): Promise<Prediction> =>
    numberOf(inputs) === 1 ? Promise.reject(refused) : Promise.resolve(predictionOf(numberOf(inputs)))
  const all = await collect(
    predictAll(numbers(3), predict, { onProgress: (progress) => told.push(progress) }),
  )
  expect(all[1]).toEqual({ index: 1, error: refused })
  expect(told).toEqual([
    { done: 1, failed: 0 },
    { done: 2, failed: 1 },
    { done: 3, failed: 1 },
  ])
})

test('ends with what ends all calls, with what the source throws, and for a reader who leaves', async () => {
  const closed = new HomingError('CLOSED', 'closed')
  await expect(collect(predictAll(numbers(3), () => Promise.reject(closed), {}))).rejects.toBe(closed)
  let isClosed = false
  async function* broken(): AsyncGenerator<Inputs> {
    try {
      yield await Promise.resolve(input(0))
      throw new RangeError('the file ended')
    } finally {
      isClosed = true
    }
  }
  await expect(collect(predictAll(broken(), slow().predict, {}))).rejects.toThrow('the file ended')
  expect(isClosed).toBe(true)
  const { seen, predict } = slow()
  for await (const { index } of predictAll(numbers(9), predict, { window: 4 })) if (index === 1) break
  await expect.poll(() => seen.now).toBe(0)
  expect(seen.aborted).toBeGreaterThan(0)
})

test('an abort ends it at once, also while the source hangs', async () => {
  const abort = new AbortController()
  async function* hanging(): AsyncGenerator<Inputs> {
    yield await Promise.resolve(input(0))
    await new Promise(() => undefined)
  }
  const scored = predictAll(hanging(), slow().predict, { signal: abort.signal })
  await scored.next()
  const next = scored.next()
  abort.abort()
  await expect(next).rejects.toMatchObject({ code: 'ABORTED' })
  const late = predictAll(numbers(1), slow().predict, { signal: AbortSignal.abort() })
  await expect(late.next()).rejects.toMatchObject({ code: 'ABORTED' })
})

test.each([[0], [1.5], [NaN]])('a window of %s is refused', async (window) => {
  await expect(collect(predictAll(numbers(1), slow().predict, { window }))).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  })
})

test('what is no iterable is refused', async () => {
  for (const inputs of [null, {}, 3])
    await expect(collect(predictAll(inputs as never, slow().predict, {}))).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
})

import type { Explanation } from '@homing/sdk'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { latestExplanation } from './latest-explanation.ts'

const explanationOf = (output: number) => ({ output }) as Explanation
const seen: (number | undefined)[] = []
const show = (explanation: Explanation | undefined) => void seen.push(explanation?.output)
const fail = (error: unknown) => {
  throw error
}

beforeEach(() => {
  seen.length = 0
  vi.useFakeTimers()
})
afterEach(() => vi.useRealTimers())

it('explains nothing until somebody looks, then the state that is there', async () => {
  let state = 1
  const latest = latestExplanation({ explain: () => Promise.resolve(explanationOf(state)), show, fail })
  latest.change()
  await vi.runAllTimersAsync()
  expect(seen).toEqual([undefined])
  state = 2
  latest.look(true)
  await vi.runAllTimersAsync()
  expect(seen.at(-1)).toBe(2)
  latest.look(false)
  await vi.runAllTimersAsync()
  expect(seen.at(-1)).toBeUndefined()
})

it('takes a stale explanation away at once, and explains a busy state once it rests', async () => {
  const explain = vi.fn(() => Promise.resolve(explanationOf(3)))
  const latest = latestExplanation({ explain, show, fail })
  latest.look(true)
  await vi.runAllTimersAsync()
  for (let stroke = 0; stroke < 20; stroke += 1) latest.change()
  expect(seen.at(-1)).toBeUndefined()
  await vi.runAllTimersAsync()
  expect(explain).toHaveBeenCalledTimes(2)
  expect(seen.at(-1)).toBe(3)
})

it('aborts an older explanation, and never shows it or its error', async () => {
  const signals: AbortSignal[] = []
  const answers: ((explanation: Explanation) => void)[] = []
  const failures: unknown[] = []
  const latest = latestExplanation({
    explain(signal) {
      signals.push(signal)
      return new Promise<Explanation>((resolve) => answers.push(resolve))
    },
    show,
    fail: (error) => failures.push(error),
  })
  latest.look(true)
  await vi.runAllTimersAsync()
  latest.change()
  await vi.runAllTimersAsync()
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
  answers[1]?.(explanationOf(8))
  answers[0]?.(explanationOf(7))
  await vi.runAllTimersAsync()
  expect(seen.filter((output) => output !== undefined)).toEqual([8])
  expect(failures).toEqual([])
})

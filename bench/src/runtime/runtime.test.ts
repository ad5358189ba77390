import { describe, expect, it } from 'vitest'

import { concurrencyRows } from './concurrency-rows.ts'
import { latencyRows } from './latency-rows.ts'
import { mlpLayers } from './networks/mlp.ts'
import { mobilenetBlocks, weightsOf } from './networks/mobilenet-v2.ts'
import type { Contests, ContestTimes } from './run-contests.ts'
import { checkSame } from './run-contests.ts'
import { longestTasks } from './trace-tasks.ts'

describe('longestTasks', () => {
  const [pid, tid] = [7, 1]
  const mark = (name: string, ts: number) => ({ name, ph: 'I', pid, tid, ts })
  const task = (ts: number, dur: number, thread = tid) =>
    ({ name: 'ThreadControllerImpl::RunTask', ph: 'X', pid, tid: thread, ts, dur }) as const

  it('takes tasks between the marks, on their thread alone, longest first', () => {
    const events = [
      mark('load', 1000),
      mark('done', 9000),
      task(100, 500),
      task(900, 400),
      task(2000, 3000),
      task(2000, 8000, 2),
      task(8999, 20),
      task(9500, 7000),
    ]
    expect(longestTasks(events)).toEqual([3, 0.4, 0.02])
  })

  it('counts what the thread had a core for, where that is asked', () => {
    const events = [
      mark('load', 0),
      { ...task(1, 90_000), tdur: 2000 },
      { ...task(2, 4000), tdur: 3000 },
      mark('done', 9),
    ]
    expect(longestTasks(events, 'tdur')).toEqual([3, 2])
  })

  it('has none without the marks', () => {
    expect(longestTasks([task(1, 1)])).toEqual([])
  })
})

describe('the networks', () => {
  it('have the sizes that they are named by', () => {
    const dense = mlpLayers().reduce((sum, { weights, bias }) => sum + weights.length + bias.length, 0)
    expect(dense).toBe(235_146)
    const convolutions = mobilenetBlocks().flatMap((block) => block.convolutions)
    expect(convolutions).toHaveLength(52)
    const parameters = convolutions
      .map(weightsOf)
      .reduce((sum, { weights, bias }) => sum + weights.length + bias.length, 0)
    expect(parameters + 1280 * 1000 + 1000).toBe(3_487_816) // Sandler et al. 2018, with batch normalisation folded in
  })
})

describe('checkSame', () => {
  it('takes rounding, and nothing else', () => {
    expect(() => checkSame([1, -2], [1.0005, -2])).not.toThrow()
    for (const wrong of [[1, 2], [1], [1, -2, 3], [NaN, -2]])
      expect(() => checkSame([1, -2], wrong)).toThrow()
    expect(() => checkSame([0, 0], [0, 0])).toThrow() // nothing ran
  })
})

describe('the rows', () => {
  const times = (ms: number) => Array.from({ length: 5 }, () => ms)
  const contest = (
    parts: Pick<ContestTimes, 'network' | 'peer'> & { ours: number; theirs: number },
  ): ContestTimes => ({
    network: parts.network,
    peer: parts.peer,
    single: { ours: times(parts.ours), theirs: times(parts.theirs) },
    ...(parts.network !== 'mobilenet' && {
      many: {
        ours: times(parts.ours * 10),
        theirs: times(parts.theirs * 40),
        ...(parts.peer === 'ort-worker' && { batch: times(parts.theirs * 5) }),
      },
    }),
  })
  const contests: Contests = {
    held: [
      contest({ network: 'digits', peer: 'ort-worker', ours: 1.1, theirs: 1 }),
      contest({ network: 'mlp', peer: 'ort-worker', ours: 1.2, theirs: 1 }),
      contest({ network: 'mlp', peer: 'tfjs', ours: 1.2, theirs: 0.5 }),
      contest({ network: 'mobilenet', peer: 'ort-worker', ours: 102, theirs: 100 }),
    ],
    failed: [],
  }
  const ours = Object.fromEntries(
    [...latencyRows(contests), ...concurrencyRows(contests)].map(({ id, ours }) => [id, ours]),
  )

  it('state the worse of what they compare', () => {
    expect(ours['overhead-large']).toBeCloseTo(1.02)
    expect(ours['overhead-tiny']).toBeCloseTo(0.2)
    expect(ours['tail']).toBeCloseTo(1.2)
    expect(ours['concurrent-mlp']).toBeCloseTo(20 / 12) // beside the fastest peer, which is not the first
    expect(ours['concurrent-digits']).toBeCloseTo(40 / 11)
    expect(ours['concurrent-vs-one-batch']).toBeCloseTo(5 / 12)
  })

  it('say why where nothing ran, and none is left out', () => {
    const failed = [{ network: 'mobilenet', peer: 'ort-worker', why: 'no memory' }] as const
    const empty = { held: [], failed }
    const rows = [...latencyRows(empty), ...concurrencyRows(empty)]
    expect(rows).toHaveLength(6)
    expect(rows.every((row) => row.ours === null)).toBe(true)
    expect(rows[0]!.note).toContain('no memory')
  })
})

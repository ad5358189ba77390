import type { ReportedCall } from '@homing/protocol'
import { beforeEach, expect, it } from 'vitest'

import { createMemoryStore } from '../../../store/memory-store.ts'
import type { Store } from '../../../store/store.ts'
import { maxKeptCalls, maxKeptInputs } from '../../report/config.ts'
import { keptCalls } from './kept-calls.ts'

let store: Store
beforeEach(() => {
  store = createMemoryStore()
})
const call = (time: number): ReportedCall => ({ model: 'tiny', time, duration: 1 })
const withInput = (time: number): ReportedCall => ({
  ...call(time),
  inputs: { row: { kind: 'row', values: { age: time } } },
  outputs: {},
})
const keep = (page: string, calls: readonly ReportedCall[], open = true) =>
  keptCalls('tiny', store, { page, calls }, () => open)

it('keeps calls of several pages apart, the latest last', async () => {
  await keep('a', [call(1)])
  await keep('b', [call(2)])
  await keep('a', [call(3)])
  expect(await keptCalls('tiny', store)).toEqual([
    { page: 'a', calls: [call(1), call(3)] },
    { page: 'b', calls: [call(2)] },
  ])
  expect(await keptCalls('other', store)).toEqual([])
})

it('keeps so many calls, and inputs of fewer', async () => {
  await keep('old', [call(-1)])
  const times = Array.from({ length: maxKeptCalls + 2 }, (_, time) => time)
  for (const time of times) await keep('a', [withInput(time)])
  const [only, ...none] = await keptCalls('tiny', store)
  expect(none).toEqual([])
  expect(only!.calls.map(({ time }) => time)).toEqual(times.slice(2))
  const holding = only!.calls.filter(({ inputs, outputs }) => inputs ?? outputs)
  expect(holding).toEqual(times.slice(-maxKeptInputs).map(withInput))
  expect(only!.calls[0]!.withheld).toMatch(/only the last 8/)
})

it('writes nothing of a model that was closed meanwhile', async () => {
  await keep('a', [call(1)], false)
  expect(await keptCalls('tiny', store)).toEqual([])
})

it('begins anew where the disk holds something else', async () => {
  await store.writeFact({ model: 'tiny', kind: 'calls', key: 'latest' }, 'nonsense')
  await keep('a', [call(1)])
  expect(await keptCalls('tiny', store)).toEqual([{ page: 'a', calls: [call(1)] }])
})

import { maxGroups, readBatch, targetBatchBytes, type TelemetryGroup } from '@homing/protocol'
import { expect, test } from 'vitest'

import { type BatchOrigin, composeBatches } from './compose-batches.ts'
import type { FirstMark } from './outbox/outbox.ts'
import type { Recorded } from './recorder.ts'

const origin: BatchOrigin = {
  sdk: '0.1.0',
  level: 'aggregate',
  browser: { family: 'chrome', major: 140 },
  device: { class: 'mid', kind: 'desktop', threads: 4, gpu: 'webgpu' },
}
const group = (given: Partial<TelemetryGroup> = {}): TelemetryGroup => ({
  hour: 480_000,
  model: 'digits',
  version: '1.0.0',
  variant: 'fp32',
  backend: 'wasm',
  counts: { predictions: 1 },
  ...given,
})
const compose = (recorded: Partial<Recorded>, isMarked: (mark: FirstMark) => boolean = () => false) => {
  const held = { groups: [], events: [], dropped: 0, ...recorded }
  const { batches, marks } = composeBatches(origin, held, { isMarked, dropped: { refused: 2 } })
  return { batches, marks, read: batches.map(({ body }) => readBatch(JSON.parse(body))) }
}

test('a batch is what the server reads, and reports what was dropped', () => {
  const { batches, read } = compose({ groups: [group()], dropped: 3 })
  expect(read).toEqual([
    {
      protocol: 1,
      id: batches[0]!.id,
      ...origin,
      dropped: { refused: 2, groups: 3 },
      groups: [{ ...group(), first: 1 }],
    },
  ])
  expect(compose({ groups: [group()] }).batches[0]!.id).not.toBe(batches[0]!.id)
})

test('nothing counted makes no batch', () => {
  expect(compose({}).batches).toEqual([])
})

test('the first group of a day for a version of a model is marked, once', () => {
  const day = 20_000
  const groups = [
    group(),
    group({ backend: 'webgpu' }),
    group({ hour: 480_023 }),
    group({ version: '1.1.0' }),
    group({ model: 'wine' }),
    group({ hour: 480_024, first: 1 }),
  ]
  const { read, marks } = compose({ groups }, (mark) => mark.model === 'wine')
  expect(read[0]!.groups.map(({ first }) => first)).toEqual([1, undefined, undefined, 1, undefined, 1])
  expect(marks).toEqual([
    { model: 'digits', version: '1.0.0', day },
    { model: 'digits', version: '1.1.0', day },
    { model: 'digits', version: '1.0.0', day: day + 1 },
  ])
})

test('a batch keeps within its groups and its bytes; what was dropped is reported by one', () => {
  const many = Array.from({ length: maxGroups + 1 }, (_, hour) => group({ hour }))
  expect(compose({ groups: many }).read.map(({ groups }) => groups.length)).toEqual([maxGroups, 1])
  const errors = Object.fromEntries(Array.from({ length: 60 }, (_, code) => [`${'A'.repeat(60)}${code}`, 1]))
  const large = Array.from({ length: 30 }, (_, hour) => group({ hour, errors }))
  const { batches, read } = compose({ groups: large })
  expect(read.flatMap(({ groups }) => groups)).toHaveLength(30)
  for (const { body } of batches) expect(body.length).toBeLessThan(targetBatchBytes + 1024)
  expect(read.map(({ dropped }) => dropped)).toEqual([{ refused: 2 }, ...read.slice(1).map(() => undefined)])
})

test('a group that is larger than a batch should be goes alone', () => {
  const guards = Object.fromEntries(
    Array.from({ length: 64 }, (_, index) => [`${'g'.repeat(60)}${index}`, 1]),
  )
  const pipeline = 'a'.repeat(64)
  const { read } = compose({ groups: [group({ guards, pipeline }), group({ hour: 1 })] })
  expect(read.flatMap(({ groups }) => groups)).toHaveLength(2)
})

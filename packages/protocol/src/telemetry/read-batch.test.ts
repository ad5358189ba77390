import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { expectOnly, failure } from '../../test/failure.ts'
import { maxCount, maxEvents, maxGroups } from './config.ts'
import { type BatchReader, batchReaders, readBatch } from './read-batch.ts'
import type { TelemetryBatch } from './telemetry-batch.ts'
import type { TelemetryGroup } from './telemetry-group.ts'

const group: TelemetryGroup = {
  hour: 498_000,
  model: 'wine',
  version: '1.0.0',
  variant: 'fp32',
  backend: 'wasm',
  slice: { plan: 'free' },
  first: 1,
  counts: { predictions: 3, calls: 3 },
  errors: { INPUT_VALUE: 1 },
  latency: { positive: [12, 3] },
  features: {
    raw: {
      age: {
        kind: 'numeric',
        count: 3,
        missing: 1,
        mismatched: 0,
        failed: 0,
        nonFinite: 0,
        moments: { count: 2, mean: 2, m2: 2, min: 1, max: 3 },
      },
    },
  },
  outputs: { y: { kind: 'classes', count: 3, none: 0, labels: { counts: { cat: 3 } } } },
  goals: { sale: { n: 1, sum: -2, squares: 4 } },
}
const batch: TelemetryBatch = {
  protocol: 1,
  id: 'AAAAAAAAAAAAAAAAAAAAAA',
  sdk: '0.1.0',
  level: 'aggregate',
  browser: { family: 'firefox', major: 128 },
  device: { class: 'mid', kind: 'desktop', threads: 4, gpu: 'webgl' },
  groups: [group],
}
const event = {
  hour: 498_000,
  model: 'wine',
  version: '1.0.0',
  variant: 'fp32',
  backend: 'wasm',
  rate: 0.1,
  keep: 24,
  fields: { age: 3, colour: 'red' },
}
const withGroup = (more: object): object => ({ ...batch, groups: [{ ...group, ...more }] })
const clone = (value: object): Record<string, unknown> =>
  JSON.parse(JSON.stringify(value)) as Record<string, unknown>

/** Every place in a document, as the path that leads there. */
function placesOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([name, field]) => placesOf(field, [...path, name]))]
}
/** The document with something else at a place. */
function replaced(document: object, [name, ...rest]: readonly string[], value: unknown): unknown {
  if (name === undefined) return value
  const copy = clone(document)
  copy[name] = replaced(copy[name] ?? {}, rest, value)
  return Array.isArray(document) ? Object.values(copy) : copy
}

describe('a batch', () => {
  it('is read as it was written', () => {
    expect(readBatch(clone(batch))).toEqual(batch)
    const events = { ...batch, level: 'events', events: [event] }
    expect(readBatch(clone(events))).toEqual(events)
  })

  it.each<[string, object]>([
    ['says who sent it', { ...batch, user: 'ada' }],
    ['has a group that says more than is described', withGroup({ ip: '10.0.0.1' })],
    ['has an exact time', withGroup({ hour: 498_000.5 })],
    ['has a time before time', withGroup({ hour: -1 })],
    ['has an id that is none', { ...batch, id: 'ada@example.org' }],
    ['names more of a browser than its family', { ...batch, browser: { ...batch.browser, minor: 2 } }],
    ['tells the exact number of cores', { ...batch, device: { ...batch.device, threads: 6 } }],
    ['tells events among aggregates', { ...batch, events: [event] }],
    ['keeps events for ever', { ...batch, level: 'events', events: [{ ...event, keep: 1e9 }] }],
    ['has a negative count', withGroup({ counts: { predictions: -1 } })],
    ['has a count that no device can reach', withGroup({ counts: { predictions: maxCount + 1 } })],
    ['has noise beyond all measure', withGroup({ counts: { calls: -1e5 }, privacy: { epsilon: 1 } })],
    ['has NaN, which JSON tells as null', withGroup({ goals: { sale: { n: 1, sum: null, squares: 0 } } })],
    ['has an error that is no code', withGroup({ errors: { 'no such file: /srv/ada': 1 } })],
    ['has too many groups', { ...batch, groups: Array(maxGroups + 1).fill(group) }],
    ['has too many events', { ...batch, level: 'events', events: Array(maxEvents + 1).fill(event) }],
    ['has too many slices', withGroup({ slice: { a: '1', b: '2', c: '3', d: '4' } })],
    [
      'has more goals than are told',
      withGroup({
        goals: Object.fromEntries(
          Array.from({ length: 65 }, (_, i) => [`g${i}`, { n: 1, sum: 1, squares: 1 }]),
        ),
      }),
    ],
  ])('that %s is refused', (_, document) => {
    expect(failure(() => readBatch(clone(document))).code).toBe('TELEMETRY_INVALID')
  })

  it('may have counts below zero where noise was added', () => {
    const noisy = withGroup({ counts: { predictions: -2 }, privacy: { epsilon: 0.5 } })
    expect(readBatch(clone(noisy))).toEqual(noisy)
  })

  it('that is spoiled anywhere is read, or refused by its code', () => {
    const places = placesOf(batch)
    const anything = fc.oneof(fc.jsonValue(), fc.constantFrom(null, -1, 1e308, '', [], {}))
    fc.assert(
      fc.property(fc.constantFrom(...places), anything, (place, value) => {
        expectOnly('TELEMETRY_INVALID', () => {
          const { protocol } = Object(replaced(batch, place, value)) as { protocol?: unknown }
          if (protocol === 1) readBatch(replaced(batch, place, value))
        })
      }),
    )
    fc.assert(
      fc.property(fc.anything(), (value) => {
        try {
          readBatch(value)
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^TELEMETRY_/)
        }
      }),
    )
  })
})

describe('the present version and the two before it', () => {
  /** As the table will be once batches are of version 4: what older ones say is lifted to it. */
  const lifting =
    (version: number): BatchReader =>
    (json) => ({ ...batch, sdk: `${(json as { sdk: string }).sdk}-${version}.lifted` })
  const readers = { 1: lifting(1), 2: lifting(2), 3: lifting(3), 4: lifting(4) }

  it('are read as the present one', () => {
    for (const protocol of [2, 3, 4])
      expect(readBatch({ protocol, sdk: '1.0.0' }, readers, 4).sdk).toBe(`1.0.0-${protocol}.lifted`)
  })

  it.each([1, 5, 99])('are all that is read: %i is refused with what is', (protocol) => {
    const error = failure(() => readBatch({ protocol, sdk: '1.0.0' }, readers, 4))
    expect(error.code).toBe('TELEMETRY_UNSUPPORTED')
    expect(error.details).toEqual({ protocol, supported: [2, 3, 4] })
  })

  it('have a reader each', () => {
    expect(Object.keys(batchReaders)).toEqual(['1'])
    expect(failure(() => readBatch({ ...batch, protocol: 2 })).code).toBe('TELEMETRY_UNSUPPORTED')
  })
})

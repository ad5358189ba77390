import { join } from 'node:path'

import type { TelemetryGroup } from '@homing/protocol'
import Fastify from 'fastify'
import * as fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'

import { temporaryFolder } from '../../../test/fixture.ts'
import { telemetryBatch } from '../../../test/telemetry.ts'
import { type Cohort, defaultLimits } from '../../config.ts'
import { kyselyBatches } from '../../repositories/kysely-batches.ts'
import { kyselyRollups } from '../../repositories/kysely-rollups.ts'
import { openSqlite } from '../../repositories/open-sqlite.ts'
import { applyFold } from '../apply-fold.ts'
import { housekeeping } from '../housekeeping.ts'
import { addToFold, emptyFold } from '../pending-fold.ts'
import { divisions, type Figure, type FigureQuery, figuresOf } from './figures.ts'

const { log } = Fastify()
const start = 490_008 // the first hour of a day
const rules = { hourly: 24 * 14, kept: 24 * 400, mostPredictions: 1_000_000 }

/** Rollups on which devices report at given hours, and whoever has the admin token asks. */
async function figures(cohort: Cohort) {
  const database = await openSqlite(join(await temporaryFolder(), 'homing.sqlite'))
  onTestFinished(() => database.destroy())
  const [batches, rollups] = [kyselyBatches(database), kyselyRollups(database)]
  let hour = start
  const now = () => new Date(hour * 3_600_000)
  const house = housekeeping({ batches, rollups, cohort, limits: defaultLimits, now, log })
  onTestFinished(() => house.end())
  return {
    async report(groups: readonly Partial<TelemetryGroup>[]) {
      const batch = telemetryBatch(groups.map((group) => ({ hour, ...group })))
      const [seq] = await batches.add([{ app: 'shop', id: batch.id, hour, body: new Uint8Array([1]) }])
      const fold = emptyFold()
      addToFold(fold, { seq: seq!, app: 'shop', hour, batch }, rules)
      expect(await applyFold(rollups, fold)).toBe('done')
    },
    /** Goes on to a later hour, when house is kept. */
    async wait(hours: number) {
      hour += hours
      await house.run()
    },
    async ask(query: Partial<FigureQuery> = {}): Promise<Figure[]> {
      const all: Figure[] = []
      for await (const figure of figuresOf(rollups, { by: ['version'], ...query }, cohort.marks <= 1))
        all.push(figure)
      return all
    },
  }
}

const marked = (code: string, more: Partial<TelemetryGroup> = {}): Partial<TelemetryGroup>[] => [
  { first: 1, errors: { [code]: 1 }, ...more },
]

test('nothing is shown of fewer marks than a cohort, and of more once the hour is over', async () => {
  const { report, wait, ask } = await figures({ marks: 3, days: 1 })
  for (const code of ['A', 'B']) await report(marked(code))
  await wait(1)
  expect(await ask()).toEqual([])
  await report(marked('C'))
  expect(await ask()).toEqual([])
  await wait(1)
  expect(await ask()).toMatchObject([
    { version: '1.0.0', from: start, to: start + 2, marks: 3, days: 1, devices: 3, batches: 3 },
  ])
  await report(marked('D'))
  await wait(30)
  expect((await ask()).map(({ marks }) => marks)).toEqual([3]) // replaced after three further marks only
  for (const code of ['E', 'F']) await report(marked(code))
  await wait(1)
  expect((await ask()).map(({ marks, days }) => [marks, days])).toEqual([[6, 2]])
})

test('windows widen over days, and kinds of few devices are shown together after a day', async () => {
  const { report, wait, ask } = await figures({ marks: 3, days: 2 })
  await report(marked('A', { backend: 'wasm' }))
  await report(marked('B', { backend: 'webgpu' }))
  await wait(24)
  await report(marked('C', { backend: 'webgl' }))
  expect(await ask()).toEqual([])
  await wait(1)
  expect(await ask({ by: ['release'] })).toMatchObject([
    { backend: '(several)', browser: 'chrome 131', from: start, to: start + 25, marks: 3, days: 2 },
  ])
  expect(await ask({ backend: 'wasm' })).toEqual([])
})

test('a cohort of one is shown at once, by what it is', async () => {
  const { report, ask } = await figures({ marks: 1, days: 1 })
  await report([{ counts: { predictions: 2 }, backend: 'webgpu' }])
  await report([{ counts: { predictions: 5 } }])
  expect((await ask()).map(({ body }) => body.counts.predictions)).toEqual([7])
  expect(
    (await ask({ backend: 'webgpu', by: ['release'] })).map(({ body }) => body.counts.predictions),
  ).toEqual([2])
})

/** Everything that anyone could ask. */
const queries: Partial<FigureQuery>[] = [
  {},
  ...divisions.map((division) => ({ by: [division] })),
  ...['1.0.0', '2.0.0'].map((version) => ({ version })),
  ...['wasm', 'webgpu', '(several)'].map((backend) => ({ backend })),
  ...['{}', '{"plan":"pro"}', '(several)'].map((slice) => ({ slice })),
  ...[1, 5, 30, 60].flatMap((hours) => [{ from: start + hours }, { to: start + hours }]),
]

test('no two figures, however and whenever they are asked for, differ by less than a cohort', async () => {
  const k = 4
  const event = fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({
        type: fc.constant('report' as const),
        first: fc.boolean(),
        version: fc.constantFrom('1.0.0', '2.0.0'),
        backend: fc.constantFrom('wasm' as const, 'webgpu' as const),
        pro: fc.boolean(),
        late: fc.constantFrom(0, 0, 0, 3, 40, 24 * 20),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ type: fc.constant('wait' as const), hours: fc.constantFrom(1, 2, 12, 30) }),
    },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(event, { minLength: 20, maxLength: 45 }), async (events) => {
      const { report, wait, ask } = await figures({ marks: k, days: 1 })
      const isMarked = new Map<string, boolean>()
      const seen = new Map<string, ReadonlySet<string>>()
      let hour = start
      const look = async (): Promise<void> => {
        for (const query of queries)
          for (const { body } of await ask(query)) {
            // Every batch told an error of its own: so a figure tells which batches are in it.
            const codes = Object.keys(body.errors ?? {}).sort()
            seen.set(codes.join(), new Set(codes))
          }
      }
      for (const [i, step] of events.entries()) {
        if (step.type === 'wait') {
          hour += step.hours
          await wait(step.hours)
          await look()
          continue
        }
        const code = `E${i}`
        isMarked.set(code, step.first)
        await report([
          {
            hour: hour - step.late,
            version: step.version,
            backend: step.backend,
            errors: { [code]: 1 },
            ...(step.first && { first: 1 as const }),
            ...(step.pro && { slice: { plan: 'pro' } }),
          },
        ])
      }
      await wait(200)
      await look()
      const all = [new Set<string>(), ...seen.values()]
      for (const a of all)
        for (const b of all) {
          // What an attacker learns by taking one figure from another.
          const differs = [...a].filter((code) => !b.has(code)).concat([...b].filter((code) => !a.has(code)))
          const marks = differs.filter((code) => isMarked.get(code)).length
          if (differs.length > 0)
            expect(marks, `${[...a].join()} against ${[...b].join()}`).toBeGreaterThanOrEqual(k)
        }
    }),
    { numRuns: 5 },
  )
})

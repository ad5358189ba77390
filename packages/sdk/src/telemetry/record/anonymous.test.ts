import { compilePipeline } from '@homing/pipeline'
import { HomingError, type Pipeline, readBatch } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { createCollector } from '../../measure/collector.ts'
import { batchOrigin } from '../batch-origin.ts'
import { composeBatches } from '../compose-batches.ts'
import type { CallFacts, MeasuredManifest, Recorder } from '../recorder.ts'
import { createRecorder } from './create-recorder.ts'
import { memoryPending } from './memory-pending.ts'

const labels = ['cat', 'dog']
const categories = ['red', 'green']
const pipeline: Pipeline = {
  inputs: [
    {
      kind: 'table',
      name: 'row',
      tensor: 'x',
      features: [
        { kind: 'number', name: 'age', impute: 40 },
        { kind: 'category', name: 'colour', categories, encode: 'index', unseen: 'zeros' },
      ],
    },
  ],
  outputs: [{ kind: 'classification', tensor: 'y', activation: 'none', labels }],
}
const events = { fields: ['age', 'colour', 'y'], rate: 1, keep: 24 }
const slices = [{ name: 'plan', values: ['free'] }]
const manifest: MeasuredManifest = {
  model: 'pets',
  version: '1.0.0',
  signature: {
    inputs: [
      { name: 'x', dtype: 'float32', shape: ['n', 2] },
      { name: 'text', dtype: 'string', shape: ['n'] },
    ],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['n', 2] }],
  },
  pipeline,
  telemetry: { events, slices },
}
const compiled = compilePipeline(pipeline, manifest.signature)
const key = { model: 'pets', version: '1.0.0', variant: 'fp32', backend: 'wasm' } as const
const answer = () => {
  const y = { dtype: 'float32' as const, shape: [1, 2], data: Float32Array.of(0.75, 0.25) }
  return { samples: compiled.decode({ y }), outputs: { y } }
}
const recorderOf = (epsilon?: number): Recorder =>
  createRecorder(
    { epsilon, events: () => true },
    { pending: memoryPending(), time: () => Date.UTC(2026, 10, 23, 21, 47, 13, 219) },
  )
/** All that would be sent, as text. */
const sent = (recorder: Recorder, userAgent: string): string => {
  const facts = { userAgent, webgpu: false, webgl: true, scheme: 'https:', hardwareConcurrency: 7 }
  const origin = { sdk: '0.1.0', level: 'events' as const, ...batchOrigin(facts) }
  const { batches } = composeBatches(origin, recorder.peek(), { isMarked: () => false, dropped: {} })
  const bodies = batches.map(({ body }) => body)
  for (const body of bodies) readBatch(JSON.parse(body))
  return bodies.join('\n')
}

/** Everything that an app or a user can put somewhere, each with the same mark in it. */
async function plant(recorder: Recorder, mark: string): Promise<void> {
  const collector = createCollector(manifest, { events: true })
  recorder.declare(manifest)
  const slice = { plan: mark, [mark]: 'free' }
  const call = (more: Partial<CallFacts> = {}): CallFacts => ({
    ...key,
    slice,
    samples: 1,
    latency: 3,
    ...more,
  })
  const inputs = {
    row: [
      { age: 30, colour: mark, [mark]: 1 },
      { age: mark, colour: 'red' },
    ],
    text: { dtype: 'string' as const, shape: [1], data: [mark] },
  }
  collector.add({ inputs: inputs, answer: answer(), failed: mark })
  recorder.measured({ ...key, slice, ...collector.take() })
  recorder.record(
    call({ id: mark, answers: [{ label: mark, probability: 0.9, probabilities: { [mark]: 0.9 } }] }),
  )
  recorder.record(call({ error: new HomingError('INPUT_VALUE', mark).message }))
  recorder.record(call({ error: mark, guards: { [mark]: 1 }, counts: { [mark]: 2 } }))
  recorder.happened({ ...key, slice, error: mark, load: 3 })
  await recorder.feedback('pets', mark, { label: mark })
  await recorder.feedback('pets', mark, { signal: 'click' })
  await recorder.feedback('pets', `${mark}?`, { label: mark })
  await recorder.track('sale', 3, { model: 'pets', id: mark })
}

test.each([undefined, 1])(
  'nothing that a user or an app put anywhere is in a batch (epsilon %s)',
  async (epsilon) => {
    const mark = 'ZQXJ-ada-lovelace-1815'
    const recorder = recorderOf(epsilon)
    await plant(recorder, mark)
    const body = sent(recorder, `Mozilla/5.0 (${mark}) Gecko/20100101 Firefox/128.7.${mark}`)
    expect(body).toContain('"predictions"') // it is not empty
    expect(body.toLowerCase()).not.toContain('zqxj')
    expect(body).not.toContain('1815')
  },
)

test('whatever a user or an app put anywhere, it is in no batch', async () => {
  const marks = fc.string({
    minLength: 6,
    maxLength: 40,
    unit: fc.constantFrom('Q', 'Z', 'X', '7', '@', '.', ' ', '-'),
  })
  await fc.assert(
    fc.asyncProperty(marks, async (mark) => {
      const recorder = recorderOf()
      await plant(recorder, mark)
      const body = sent(recorder, `${mark} Chrome/141.0.7390.54 ${mark}`)
      expect(body).not.toContain(JSON.stringify(mark).slice(1, -1))
    }),
    { numRuns: 50 },
  )
})

test('time is told as an hour, and a device by classes', async () => {
  const recorder = recorderOf()
  await plant(recorder, 'somebody')
  const agent = 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0.7390.54 Safari/537.36'
  const batch = readBatch(JSON.parse(sent(recorder, agent)))
  expect(batch.browser).toEqual({ family: 'chrome', major: 141 })
  expect(batch.device.threads).toBe(4)
  const hour = Math.floor(Date.UTC(2026, 10, 23, 21) / 3_600_000)
  for (const each of [...batch.groups, ...batch.events!]) expect(each.hour).toBe(hour)
  expect(sent(recorder, agent)).not.toMatch(/7390|x86|Linux|21:47|17953/)
  expect(batch.events).toMatchObject([{ fields: { age: 30, y: 'cat' } }])
})

test('what is held does not grow with traffic', () => {
  const recorder = recorderOf()
  const collector = createCollector(manifest)
  recorder.declare(manifest)
  const sizeAfter = (calls: number): number => {
    for (let at = 0; at < calls; at++) {
      const row = { age: 20 + (at % 60), colour: at % 3 ? 'red' : `colour ${at}` }
      collector.add({ inputs: { row }, tensors: compiled.encode({ row }), answer: answer() })
      recorder.record({ ...key, samples: 1, latency: 1 + (at % 50) })
      if (at % 100 === 0) recorder.measured({ ...key, ...collector.take() })
    }
    return JSON.stringify(recorder.peek()).length
  }
  const before = sizeAfter(1_000)
  expect(sizeAfter(20_000)).toBeLessThan(1.5 * before) // counts have more digits
})

import type { Guards, Next, Pipeline } from '@homing/protocol'
import { expect, test } from 'vitest'

import { denseExpected, denseOnnxRequest, floats, tinyGraphRequest } from '../../../test/tiny-packages.ts'
import type { InputValues } from '../../inputs/input-value.ts'
import { onnxEngine } from '../engines/onnx-engine.ts'
import { createRuntime } from '../runtime.ts'
import type { LoadRequest, PredictReply } from '../runtime-api.ts'

const engine = onnxEngine({})
const labels = ['a', 'b', 'c']
const pipeline: Pipeline = {
  inputs: [],
  outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels }],
}
const guarded = (guards: Guards | undefined, next?: Next): LoadRequest => {
  const request = denseOnnxRequest(['wasm'], { pipeline })
  const manifest = { ...request.manifest, ...(guards ? { guards } : {}), ...(next ? { next } : {}) }
  return { ...request, manifest }
}

async function predict(request: LoadRequest, inputs: InputValues): Promise<PredictReply> {
  const runtime = createRuntime(engine)
  const { instance } = await runtime.load(request)
  await runtime.activate('tiny', instance)
  try {
    return await runtime.predict('tiny', { inputs, now: 0 })
  } finally {
    await runtime.close('tiny')
  }
}

const support: Guards['inputs'] = [{ kind: 'range', input: 'x', min: -2, max: 2, then: 'abstain' }]
const inside = [1, 0, 0, 0]
const outside = [9, 0, 0, 0]
const x = (...rows: number[][]) => ({ x: floats(rows.flat(), [rows.length, 4]) })

test('what keeps all guards is answered as ever', async () => {
  const [plain, kept] = [
    await predict(guarded(undefined), x(inside)),
    await predict(guarded({ inputs: support }), x(inside)),
  ]
  expect({ ...kept, timings: undefined }).toEqual({ ...plain, timings: undefined })
})

test('outside the support of its inputs the model abstains, and does not run', async () => {
  const reply = await predict(guarded({ inputs: support }), x(outside))
  expect(reply).toMatchObject({
    outputs: {},
    readings: [],
    guard: { outcome: 'abstained', hits: [{ guard: 'inputs.0', then: 'abstain', sample: 0, found: 9 }] },
    timings: { run: 0 },
  })
  expect(reply).not.toHaveProperty('label')
})

test('of a batch, the samples inside are answered', async () => {
  const { samples, outputs, guard } = await predict(guarded({ inputs: support }), x(inside, outside, inside))
  expect(guard?.outcome).toBe('abstained')
  expect(samples!.map(({ label }) => label)).toEqual(['c', undefined, 'c'])
  expect(samples!.map((sample) => sample.guard?.outcome)).toEqual([undefined, 'abstained', undefined])
  const expected = denseExpected(inside, 0)
  expect([...outputs['y']!.data]).toEqual([...expected, NaN, NaN, NaN, ...expected])
})

test('a fallback answers in the place of an unsure model, with its calibrated confidence', async () => {
  const guards: Guards = {
    confidence: { least: 0.99, temperature: 2, then: 'fallback' },
    fallback: { kind: 'label', label: 'ask a person' },
  }
  const reply = await predict(guarded(guards), x(inside))
  const [a, b, c] = denseExpected(inside, 0).map((score) => Math.exp(score / 2)) as [number, number, number]
  expect(reply.confidence).toBeCloseTo(c / (a + b + c), 6)
  expect(reply).toMatchObject({ label: 'ask a person', outputs: {}, guard: { outcome: 'fallback' } })
  expect(reply).not.toHaveProperty('probability')
})

test('a mark leaves the answer, and abstaining outweighs it', async () => {
  const mark = { kind: 'range' as const, output: 'y', min: 0, then: 'mark' as const }
  const marked = await predict(guarded({ outputs: [mark] }), x(inside))
  expect(marked).toMatchObject({ label: 'c', guard: { outcome: 'marked', hits: [{ guard: 'outputs.0' }] } })
  expect([...marked.outputs['y']!.data]).toEqual(denseExpected(inside, 0))
  const never = { kind: 'labels' as const, output: 'y', labels: ['a'], then: 'abstain' as const }
  const both = await predict(guarded({ outputs: [mark, never] }), x(inside))
  expect(both.guard).toMatchObject({ outcome: 'abstained', hits: [{ then: 'mark' }, { found: 'c' }] })
})

test('a cascade is told the calibrated confidence', async () => {
  const reply = await predict(guarded(undefined, { kind: 'cascade', below: 0.5, remote: true }), x(inside))
  expect(reply.confidence).toBeCloseTo(reply.probability!, 6)
  expect(reply).not.toHaveProperty('guard')
})

test('an input that the engine cannot run is not run where a guard keeps it out', async () => {
  const gather = tinyGraphRequest(
    {
      inputs: [
        { name: 'table', dtype: 'float32', shape: [3] },
        { name: 'place', dtype: 'int64', shape: [1] },
      ],
      outputs: [{ name: 'y', dtype: 'float32', shape: [1] }],
      nodes: [{ op: 'Gather', inputs: ['table', 'place'], outputs: ['y'] }],
    },
    ['wasm'],
  )
  const inputs = {
    table: floats([1, 2, 3], [3]),
    place: { dtype: 'int64' as const, shape: [1], data: BigInt64Array.of(7n) },
  }
  await expect(predict(gather, inputs)).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
  const guards: Guards = { inputs: [{ kind: 'range', input: 'place', min: 0, max: 2, then: 'abstain' }] }
  const kept = { ...gather, manifest: { ...gather.manifest, guards } }
  expect(await predict(kept, inputs)).toMatchObject({ guard: { outcome: 'abstained' }, outputs: {} })
})

test('guards that do not fit the version stop it from loading', async () => {
  const unfit = guarded({ inputs: [{ kind: 'range', input: 'z', min: 0, then: 'mark' }] })
  await expect(createRuntime(engine).load(unfit)).rejects.toMatchObject({
    code: 'PIPELINE_INVALID',
    details: { path: 'guards.inputs.0.input' },
  })
})

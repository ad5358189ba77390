import type { Guards } from '@homing/protocol'
import { expect, test } from 'vitest'

import { denseOnnxRequest, floats } from '../../../test/tiny-packages.ts'
import { onnxEngine } from '../engines/onnx-engine.ts'
import { createRuntime } from '../runtime.ts'
import type { MeasuredVersion } from './measure-api.ts'

const labels = ['a', 'b', 'c']
const guards: Guards = { inputs: [{ kind: 'range', input: 'x', max: 5, then: 'abstain' }] }
const request = denseOnnxRequest(['wasm'], {
  pipeline: { inputs: [], outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels }] },
})

/** A runtime that measures, and a promise of what it tells first. */
async function measuring(settings = {}) {
  const runtime = createRuntime(onnxEngine({}))
  const manifest = { ...request.manifest, guards }
  const { instance } = await runtime.load({ ...request, manifest })
  await runtime.activate('tiny', instance)
  let told!: (measured: readonly MeasuredVersion[]) => void
  const measured = new Promise<readonly MeasuredVersion[]>((resolve) => (told = resolve))
  await runtime.measure(settings, told)
  const predict = (...values: number[]) =>
    runtime.predict('tiny', { inputs: { x: floats(values, [1, 4]) }, now: 0 })
  return { runtime, measured, predict }
}

test('what calls were given, and what they were answered, is measured behind the answer', async () => {
  const { runtime, measured, predict } = await measuring({ slice: { plan: 'free' } })
  const { label } = await predict(1, 2, 3, 4)
  await predict(1, 1, 1, 1)
  await predict(9, 9, 9, 9) // outside its support: there is no answer
  const [told, ...others] = await measured
  expect(others).toEqual([])
  expect(told).toMatchObject({
    model: 'tiny',
    version: request.manifest.version,
    variant: 'fp32',
    backend: 'wasm',
    slice: { plan: 'free' },
    features: {
      raw: { 'x.mean': { count: 3, moments: { max: 9 } }, 'x.deviation': { count: 3 } },
      processed: { 'x.mean': { count: 3 } },
    },
    outputs: {
      y: { kind: 'classes', count: 2, labels: { counts: { [label!]: expect.any(Number) as number } } },
    },
  })
  await runtime.close('tiny')
})

test('without settings nothing is measured any more', async () => {
  const { runtime, measured, predict } = await measuring()
  await runtime.measure(undefined, () => expect.unreachable())
  await predict(1, 2, 3, 4)
  const next = new Promise<readonly MeasuredVersion[]>((resolve) => void runtime.measure({}, resolve))
  await predict(1, 2, 3, 4)
  expect(await Promise.race([measured, next])).toMatchObject([{ outputs: { y: { count: 1 } } }])
  await runtime.close('tiny')
})

test('a malformed section costs the section alone', async () => {
  const runtime = createRuntime(onnxEngine({}))
  const manifest = { ...request.manifest, telemetry: { features: 'all' } }
  const { instance } = await runtime.load({ ...request, manifest })
  await runtime.activate('tiny', instance)
  const measured = new Promise<readonly MeasuredVersion[]>((resolve) => void runtime.measure({}, resolve))
  await runtime.predict('tiny', { inputs: { x: floats([1, 2, 3, 4], [1, 4]) }, now: 0 })
  expect(await measured).toMatchObject([{ outputs: { y: { count: 1 } } }])
  await runtime.close('tiny')
})

import { expect, test } from 'vitest'

import type { BackendFallback } from '../../../libraries/backend.ts'
import type { Adapters } from './adapters.ts'
import { createRejections } from './rejections.ts'

const sha256 = 'a'.repeat(64)
const adapters: Adapters = { webgpu: 'apple m1', webnn: 'none', webgl: 'none', wasm: 'cpu', cpu: 'cpu' }
const rejections = (changed: Partial<Adapters> = {}, version = '1.30.0') =>
  createRejections({
    adapters: () => Promise.resolve({ ...adapters, ...changed }),
    engineVersion: () => Promise.resolve(version),
  })
const failure = (backend: BackendFallback['backend'], stage: BackendFallback['stage'] = 'run') => ({
  backend,
  stage,
  code: 'ENGINE_FAILED',
  reason: `no ${backend}`,
})

test('a version is refused once each allowed backend has failed, and by another backend alone', async () => {
  const one = await rejections().remembered(sha256, 'onnx', [failure('webgpu')])
  expect(await rejections().failed(one, sha256, 'onnx')).toEqual([failure('webgpu')])
  expect(await rejections().refusals(one, null)).toEqual(new Map())
  expect(await rejections().refusals(one, ['webgpu'])).toEqual(new Map([[sha256, 'no webgpu']]))
  const both = { ...one, ...(await rejections().remembered(sha256, 'onnx', [failure('wasm')])) }
  expect(await rejections().refusals(both, null)).toEqual(new Map([[sha256, 'no wasm']]))
  expect(await rejections().failed(both, 'b'.repeat(64), 'onnx')).toEqual([])
})

test.each([
  ['adapter', rejections({ webgpu: 'nvidia' })],
  ['version of the engine', rejections({}, '1.31.0')],
])('another %s is tried again', async (_what, changed) => {
  const rejected = await rejections().remembered(sha256, 'onnx', [failure('webgpu')])
  expect(await changed.failed(rejected, sha256, 'onnx')).toEqual([])
  expect(await changed.refusals(rejected, ['webgpu'])).toEqual(new Map())
})

test('another SDK, or a rejection of the first release, is tried again', async () => {
  const rejected = {
    [`${sha256} 0.0.9 onnx 1.30.0 wasm cpu`]: failure('wasm'),
    [`${sha256} 0.1.0`]: failure('wasm'),
  }
  expect(await rejections().refusals(rejected, ['wasm'])).toEqual(new Map())
})

test('a backend that did not start says nothing of the version, unless it has nothing to run on', async () => {
  const failures = [failure('webgpu', 'start'), failure('webgl', 'start'), failure('wasm', 'load')]
  const rejected = await rejections().remembered(sha256, 'tfjs', failures)
  const failed = await rejections().failed(rejected, sha256, 'tfjs')
  expect(failed.map(({ backend }) => backend)).toEqual(['webgl', 'wasm'])
})

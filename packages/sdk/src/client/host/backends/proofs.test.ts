import { HomingError } from '@homing/protocol'
import { expect, test } from 'vitest'

import { denseOnnxRequest } from '../../../../test/tiny-packages.ts'
import { denseProbes } from '../../../../test/tiny-probes.ts'
import type { LoadedFacts } from '../../../runtime/runtime-api.ts'
import { createMemoryStore } from '../../../store/memory-store.ts'
import type { Adapters } from './adapters.ts'
import { createBackendChoices } from './backend-choices.ts'
import { createProofs } from './proofs.ts'
import { createRejections } from './rejections.ts'

const installed = { version: '1.0.0', manifestSha256: 'a'.repeat(64) }
const { manifest } = denseProbes(denseOnnxRequest([]), 0).request
const facts: LoadedFacts = {
  instance: 1,
  engine: 'onnx',
  engineVersion: '1.30.0',
  backend: 'webgpu',
  threads: 1,
  fallbacks: [],
  timings: { start: 0, load: 0, firstRun: 0 },
  probe: { cases: 3, deviation: 0.2, duration: 5 },
}

/** Proofs and choices of a device whose GPU is `gpu.name`. */
function device(gpu = { name: 'first' }) {
  const store = createMemoryStore()
  const adapters = () =>
    Promise.resolve({ webgpu: gpu.name, webgl: gpu.name, wasm: 'cpu', cpu: 'cpu' } as unknown as Adapters)
  const engineVersion = () => Promise.resolve('1.30.0')
  const rejections = createRejections({ adapters, engineVersion })
  const clock = { time: 1_000 }
  return {
    gpu,
    store,
    clock,
    rejections,
    proofs: createProofs({ model: 'tiny', store, adapters, rejections }),
    choices: createBackendChoices('tiny', { store, adapters, time: () => clock.time }),
  }
}

test('a proof holds for a version and backend on one adapter, until it is revoked', async () => {
  const { proofs, gpu } = device()
  const known = async (of = installed, set = manifest): Promise<string[]> =>
    (await proofs.known(of, set, ['webgpu', 'wasm'])).map(({ backend, at }) => `${backend} ${at}`)
  expect(await known()).toEqual([])
  await proofs.note(installed, manifest, facts, 5)
  expect(await known()).toEqual(['webgpu 5'])
  expect(await known({ ...installed, manifestSha256: 'b'.repeat(64) })).toEqual([])
  expect(await known(installed, { ...manifest, graph: { sha256: 'c'.repeat(64), size: 1 } })).toEqual([])
  gpu.name = 'second'
  expect(await known()).toEqual([])
  gpu.name = 'first'
  await proofs.revoke(installed, manifest, 'webgpu')
  expect(await known()).toEqual([])
})

test('backends that computed wrongly are in quarantine, whether another one serves or none', async () => {
  const { proofs, store, rejections } = device()
  const wrong = (backend: 'webgpu' | 'wasm') =>
    ({ backend, stage: 'probe', code: 'PROBE_FAILED', reason: `${backend} lies` }) as const
  const missing = {
    backend: 'wasm',
    stage: 'load',
    code: 'OPERATOR_UNSUPPORTED',
    reason: 'no kernel',
  } as const
  const failed = async () =>
    rejections.failed((await store.readModel('tiny'))?.rejected ?? {}, installed.manifestSha256, 'onnx')
  await proofs.note(installed, manifest, { ...facts, fallbacks: [wrong('webgpu'), missing] }, 5)
  expect(await failed()).toEqual([wrong('webgpu')])
  const none = new HomingError('BACKEND_UNAVAILABLE', 'None.', { details: { backends: [wrong('wasm')] } })
  await proofs.noteFailure(installed, manifest, none)
  expect(await failed()).toEqual([wrong('webgpu'), wrong('wasm')])
  await proofs.noteFailure(installed, manifest, new HomingError('WORKER_LOST', 'Gone.'))
  expect(await failed()).toHaveLength(2)
})

test('a choice holds for a graph while it is fresh, and on one adapter', async () => {
  const { choices, gpu, clock } = device()
  const times = { webgpu: 1, wasm: 2 }
  await choices.note(manifest, { backend: 'webgpu', engineVersion: '1.30.0', times })
  expect(await choices.known(manifest)).toMatchObject({ backend: 'webgpu', times, at: 1_000 })
  expect(await choices.known({ ...manifest, version: '2.0.0' })).toBeDefined()
  expect(await choices.known({ ...manifest, graph: { sha256: 'c'.repeat(64), size: 1 } })).toBeUndefined()
  gpu.name = 'second'
  expect(await choices.known(manifest)).toBeUndefined()
  gpu.name = 'first'
  clock.time += 31 * 86_400_000
  expect(await choices.known(manifest)).toBeUndefined()
})

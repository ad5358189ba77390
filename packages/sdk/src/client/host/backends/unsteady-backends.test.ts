import { expect, test } from 'vitest'

import type { Backend, BackendFallback } from '../../../libraries/backend.ts'
import { backendFaultWindow } from '../../config.ts'
import { unsteadyBackends } from './unsteady-backends.ts'

const loss = (backend: Backend, reason = 'lost'): BackendFallback => ({
  backend,
  stage: 'run',
  code: 'WORKER_LOST',
  reason,
})

test('one loss is forgiven, two are not; other versions and backends are not concerned', () => {
  const unsteady = unsteadyBackends(() => 0)
  expect(unsteady.add('a', loss('webgpu'))).toBe(false)
  expect(unsteady.add('b', loss('webgpu'))).toBe(false)
  expect(unsteady.add('a', loss('wasm'))).toBe(false)
  expect(unsteady.passedOver('a')).toEqual([])
  expect(unsteady.add('a', loss('webgpu', 'again'))).toBe(true)
  expect(unsteady.passedOver('a')).toEqual([loss('webgpu', 'again')])
  expect(unsteady.passedOver('b')).toEqual([])
})

test('after a while a backend is tried again', () => {
  let now = 0
  const unsteady = unsteadyBackends(() => now)
  unsteady.add('a', loss('webgpu'))
  now = backendFaultWindow - 1
  expect(unsteady.add('a', loss('webgpu'))).toBe(true)
  now++
  expect(unsteady.passedOver('a')).toEqual([])
  expect(unsteady.add('a', loss('webgpu'))).toBe(true)
})

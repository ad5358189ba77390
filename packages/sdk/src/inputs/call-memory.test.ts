import { HomingError, type Signature } from '@homing/protocol'
import { afterEach, expect, test, vi } from 'vitest'

import { linearEngine } from '../../test/linear-engine.ts'
import { linearRequest } from '../../test/linear-request.ts'
import { createRuntime } from '../runtime/runtime.ts'
import { callBytes, passedBytes, requireRoom } from './call-memory.ts'

afterEach(() => void vi.unstubAllGlobals())

const signature: Signature = {
  inputs: [
    { name: 'x', dtype: 'float32', shape: ['batch', 4] },
    { name: 'mask', dtype: 'bool', shape: ['batch', 'length'] },
  ],
  outputs: [
    { name: 'y', dtype: 'float16', shape: ['batch', 'length', 10] },
    { name: 'z', dtype: 'int64', shape: ['found'] },
  ],
}

test('bytes of inputs and outputs follow from the sizes of the inputs; what is unknown counts once', () => {
  const x = { dtype: 'float32', shape: [3, 4], data: new Float32Array(12) } as const
  const mask = { dtype: 'bool', shape: [3, 5], data: new Uint8Array(15) } as const
  expect(callBytes(signature, { x, mask })).toBe(48 + 15 + 2 * 3 * 5 * 10 + 8)
  expect(passedBytes({ x, mask, row: { rooms: 3 }, none: null, text: ['a'] })).toBe(63)
})

test('a small device allows less than a large one, and one that tells nothing a gibibyte', () => {
  requireRoom(2 ** 30)
  expect(() => requireRoom(2 ** 30 + 1)).toThrow(HomingError)
  vi.stubGlobal('navigator', { deviceMemory: 2 })
  requireRoom(2 ** 28)
  expect(() => requireRoom(2 ** 28 + 1)).toThrow(/allowed on this device/)
})

test('a call whose outputs would not fit is refused before it runs, and the model goes on', async () => {
  const request = linearRequest('1.0.0', 1)
  const outputs = [{ name: 'y', dtype: 'float32', shape: ['batch', 1_000_000] }] as const
  const wide = { ...request.manifest.signature, outputs: [...outputs] } as unknown as Signature
  const runtime = createRuntime(linearEngine())
  const { instance } = await runtime.load({ ...request, manifest: { ...request.manifest, signature: wide } })
  await runtime.activate('tiny', instance)
  const rows = (count: number) => ({
    inputs: { x: { dtype: 'float32', shape: [count, 4], data: new Float32Array(count * 4) } as const },
    now: 0,
  })
  await expect(runtime.predict('tiny', rows(1_000))).rejects.toMatchObject({
    code: 'MEMORY_EXCEEDED',
    retryable: false,
    details: { bytes: 4_000_016_000 },
  })
  expect((await runtime.predict('tiny', rows(1))).outputs['y']!.shape).toEqual([1, 3])
  await runtime.close('tiny')
})

import { afterEach, expect, test, vi } from 'vitest'

import { startOnnx } from './onnx-start.ts'
import { requireWebNn } from './web-nn.ts'

// No browser that tests can be run in has WebNN: what is held here is when it is passed over, and for what it is asked.

afterEach(() => void vi.unstubAllGlobals())

const offering = (...there: string[]) => ({
  ml: {
    createContext: ({ deviceType }: { deviceType: string }) =>
      there.includes(deviceType)
        ? Promise.resolve({})
        : Promise.reject(new DOMException(`no ${deviceType}`, 'NotSupportedError')),
  },
})

test('a neural processor comes first, then the GPU', async () => {
  vi.stubGlobal('navigator', offering('npu', 'gpu'))
  expect(await requireWebNn()).toBe('npu')
  vi.stubGlobal('navigator', offering('gpu'))
  expect(await requireWebNn()).toBe('gpu')
})

test.each([
  ['no WebNN', {}, 'no WebNN'],
  ['WebNN on the CPU alone', offering('cpu'), 'neither NPU nor GPU: no gpu'],
])('with %s, the backend is unavailable before anything is imported', async (_, navigator, reason) => {
  vi.stubGlobal('navigator', navigator)
  await expect(startOnnx('webnn', {})).rejects.toMatchObject({
    code: 'BACKEND_UNAVAILABLE',
    message: expect.stringContaining(reason) as string,
  })
})

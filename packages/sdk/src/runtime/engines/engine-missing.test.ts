import { beforeEach, describe, expect, it, vi } from 'vitest'

import { denseOnnxRequest } from '../../../test/tiny-packages.ts'
import { denseGraphRequest, denseLayersRequest } from '../../../test/tiny-tfjs.ts'
import { createRuntime } from '../runtime.ts'
import { onnxEngine } from './onnx-engine.ts'
import { tfjsEngine } from './tfjs-engine.ts'

/** Makes the import of `id` fail as that of a package that is not installed. */
function uninstall(id: string): void {
  vi.doMock(id, () => {
    throw new Error(`Cannot find package '${id}'`)
  })
}

describe('an engine whose package is not installed', () => {
  beforeEach(() => {
    vi.resetModules()
    return () =>
      void [
        'onnxruntime-web/wasm',
        '@tensorflow/tfjs-core',
        '@tensorflow/tfjs-layers',
        '@tensorflow/tfjs-backend-cpu',
      ].forEach((id) => vi.doUnmock(id))
  })

  it('names onnxruntime-web', async () => {
    uninstall('onnxruntime-web/wasm')
    const missing = {
      code: 'ENGINE_MISSING',
      details: { package: 'onnxruntime-web' },
      cause: expect.anything(),
    }
    const runtime = createRuntime(onnxEngine({ threads: 1 }))
    await expect(runtime.load(denseOnnxRequest(['wasm']))).rejects.toMatchObject(missing)
    await expect(runtime.engineVersion()).rejects.toMatchObject(missing)
  })

  it('names each package of TensorFlow.js', async () => {
    const runtime = createRuntime(tfjsEngine({}))
    uninstall('@tensorflow/tfjs-core')
    await expect(runtime.engineVersion()).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
      message: expect.stringContaining('tfjs-core'),
    })
    vi.doUnmock('@tensorflow/tfjs-core')
    uninstall('@tensorflow/tfjs-backend-cpu')
    await expect(runtime.load(denseLayersRequest(['cpu']))).rejects.toMatchObject({
      details: { package: '@tensorflow/tfjs-backend-cpu' },
    })
  })

  it('falls to a backend that is installed, and tells what the format lacks', async () => {
    const runtime = createRuntime(tfjsEngine({}))
    uninstall('@tensorflow/tfjs-layers')
    const { instance } = await runtime.load(denseGraphRequest(['webgpu', 'cpu']))
    await runtime.discard(instance)
    await expect(runtime.load(denseLayersRequest(['cpu']))).rejects.toMatchObject({
      code: 'ENGINE_MISSING',
      details: { package: '@tensorflow/tfjs-layers' },
    })
  })
})

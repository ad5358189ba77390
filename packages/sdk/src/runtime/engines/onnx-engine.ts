import { HomingError } from '@homing/protocol'

import type { InferenceEngine, StartedBackend } from '../engine.ts'
import type { Backend, RuntimeConfig } from '../runtime-api.ts'
import { backendLife, type Gpu } from './backend-life.ts'
import { onnxFailure } from './onnx-failure.ts'
import { importOnnx, type OnnxBackend, onnxFiles, type OnnxLibrary } from './onnx-library.ts'
import { onnxSession } from './onnx-session.ts'
import { smallestOnnxModel } from './smallest-onnx-model.ts'
import { availableThreads, type Threads } from './threads.ts'
import { hasWebGpuAdapter, requireWebGpu } from './webgpu-adapter.ts'

/** onnxruntime-web: the backends webgpu and wasm. */
export function onnxEngine(config: RuntimeConfig): InferenceEngine {
  const started = new Map<Backend, Promise<StartedBackend>>()

  const start = (backend: Backend): Promise<StartedBackend> => {
    const known = started.get(backend)
    if (known) return known
    const starting = startBackend(backend, config)
    started.set(backend, starting)
    starting.catch(() => started.delete(backend))
    return starting
  }

  return {
    name: 'onnx',
    start,
    async version() {
      // Either build tells it; the one that will be used is imported only once.
      const { env } = await importOnnx((await hasWebGpuAdapter()) ? 'webgpu' : 'wasm')
      return env.versions.web ?? env.versions.common
    },
  }
}

async function startBackend(backend: Backend, config: RuntimeConfig): Promise<StartedBackend> {
  if (backend !== 'webgpu' && backend !== 'wasm') {
    throw new HomingError(
      'BACKEND_UNAVAILABLE',
      `onnxruntime-web has no backend "${backend}", only webgpu and wasm.`,
    )
  }
  if (backend === 'webgpu') await requireWebGpu()
  const library = await importOnnx(backend)
  // On webgpu, threads would only serve the few operators that stay on the CPU.
  const threads: Threads = backend === 'wasm' ? availableThreads(config.threads) : { threads: 1 }
  configure(library, backend, config, threads)
  const life = backendLife(await startLibrary(library, backend))
  const refused = library.env.wasm.numThreads !== threads.threads // it goes on with one thread, and says so here alone
  return {
    ...(refused ? { threads: 1, threadsReason: 'This browser has no wasm threads.' } : threads),
    load: (manifest, files) => onnxSession({ library, backend, life }, manifest, files),
  }
}

function configure(
  { env }: OnnxLibrary,
  backend: OnnxBackend,
  { assetBase }: RuntimeConfig,
  { threads }: Threads,
): void {
  env.logLevel = 'error' // its warnings go to the console of somebody else's app
  env.wasm.numThreads = threads
  if (assetBase !== undefined) {
    const { mjs, wasm } = onnxFiles[backend]
    env.wasm.wasmPaths = { mjs: new URL(mjs, assetBase).href, wasm: new URL(wasm, assetBase).href }
  }
}

/**
 * The library starts its runtime with the first session: a smallest model tells failures and time of that apart. On
 * webgpu it is kept, because the device is destroyed with the last session and made anew with the next.
 */
async function startLibrary(library: OnnxLibrary, backend: OnnxBackend): Promise<Gpu> {
  try {
    const session = await library.InferenceSession.create(smallestOnnxModel, {
      executionProviders: [backend],
    })
    if (backend === 'webgpu') return { device: await library.env.webgpu.device }
    await session.release()
    return {}
  } catch (cause) {
    throw new HomingError('BACKEND_UNAVAILABLE', onnxFailure('start', cause).message, { cause })
  }
}

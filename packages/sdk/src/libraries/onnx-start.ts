import { HomingError } from '@homing/protocol'
import type { InferenceSession } from 'onnxruntime-web'

import type { Backend } from './backend.ts'
import { type BackendLife, backendLife, type Gpu } from './backend-life.ts'
import type { LibraryConfig } from './library-config.ts'
import { onnxFailure } from './onnx-failure.ts'
import { importOnnx, type OnnxBackend, onnxFiles, type OnnxLibrary } from './onnx-library.ts'
import { smallestOnnxModel } from './smallest-onnx-model.ts'
import { availableThreads, type Threads } from './threads.ts'
import { hasWebGpuAdapter, requireWebGpu } from './webgpu-adapter.ts'

type OnnxProvider = InferenceSession.ExecutionProviderConfig

/** A build of onnxruntime-web that runs; its sessions on webgpu share one device. */
export interface RunningOnnx extends Threads {
  readonly library: OnnxLibrary
  readonly backend: OnnxBackend
  /** What sessions are asked to run on. */
  readonly provider: OnnxProvider
  readonly life: BackendLife
}

/**
 * Starts onnxruntime-web on one backend.
 * @throws HomingError ENGINE_MISSING, or BACKEND_UNAVAILABLE with the reason.
 */
export async function startOnnx(backend: Backend, config: LibraryConfig): Promise<RunningOnnx> {
  if (backend !== 'webgpu' && backend !== 'webnn' && backend !== 'wasm') {
    throw new HomingError(
      'BACKEND_UNAVAILABLE',
      `onnxruntime-web has no backend "${backend}", only webgpu, webnn and wasm.`,
    )
  }
  if (backend === 'webgpu') await requireWebGpu()
  const provider = backend === 'webnn' ? await webNnProvider() : backend
  const library = await importOnnx(backend)
  // On webgpu, threads would only serve the few operators that stay on the CPU.
  const threads: Threads = backend === 'wasm' ? availableThreads(config.threads) : { threads: 1 }
  configure(library, backend, config, threads)
  const life = backendLife(await startLibrary(library, backend, provider))
  const refused = library.env.wasm.numThreads !== threads.threads // it goes on with one thread, and says so here alone
  const used = refused ? { threads: 1, threadsReason: 'This browser has no wasm threads.' } : threads
  return { library, backend, provider, life, ...used }
}

async function webNnProvider(): Promise<OnnxProvider> {
  const { requireWebNn } = await import('./web-nn.ts')
  return { name: 'webnn', deviceType: await requireWebNn() }
}

function configure(
  { env }: OnnxLibrary,
  backend: OnnxBackend,
  { assetBase }: LibraryConfig,
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
async function startLibrary(
  library: OnnxLibrary,
  backend: OnnxBackend,
  provider: OnnxProvider,
): Promise<Gpu> {
  try {
    const session = await library.InferenceSession.create(smallestOnnxModel, {
      executionProviders: [provider],
    })
    if (backend === 'webgpu') return { device: await library.env.webgpu.device }
    await session.release()
    return {}
  } catch (cause) {
    throw new HomingError('BACKEND_UNAVAILABLE', onnxFailure('start', cause).message, { cause })
  }
}

/** Version of onnxruntime-web, which either build tells. @throws HomingError ENGINE_MISSING */
export async function onnxVersion(used?: OnnxLibrary): Promise<string> {
  // Before one is used, it is the one that probably will be: the other would be fetched in vain.
  const { env } = used ?? (await importOnnx((await hasWebGpuAdapter()) ? 'webgpu' : 'wasm'))
  return env.versions.web ?? env.versions.common
}

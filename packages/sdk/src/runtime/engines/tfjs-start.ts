import { HomingError } from '@homing/protocol'

import type { StartedBackend } from '../engine.ts'
import type { Backend, RuntimeConfig } from '../runtime-api.ts'
import { backendLife, type Gpu } from './backend-life.ts'
import { importBackend, importCore, importWasm, type TfjsCore } from './tfjs-library.ts'
import { tfjsSession } from './tfjs-session.ts'
import { requireWebGpu } from './webgpu-adapter.ts'

const oneThread =
  'TensorFlow.js starts its wasm threads from blob: URLs, which a strict Content-Security-Policy forbids.'

/** Starts one backend of TensorFlow.js. */
export async function startTfjs(backend: Backend, config: RuntimeConfig): Promise<StartedBackend> {
  if (backend === 'webgpu') await requireWebGpu()
  const core = await importCore()
  core.enableProdMode() // its warnings go to the console of somebody else's app
  await (backend === 'wasm' ? setUpWasm(core, config) : importBackend(backend))
  const life = backendLife(gpuOf(await create(core, backend)))
  return {
    threads: 1,
    ...(backend === 'wasm' ? { threadsReason: oneThread } : {}),
    load: (manifest, files) => tfjsSession(core, backend, life, manifest, files),
  }
}

async function setUpWasm(core: TfjsCore, { assetBase }: RuntimeConfig): Promise<void> {
  const { setWasmPaths } = await importWasm()
  if (assetBase === undefined) {
    throw new HomingError(
      'BACKEND_UNAVAILABLE',
      "The files of TensorFlow.js' wasm backend have no place: set `assetBase`, or use the Vite plugin.",
    )
  }
  setWasmPaths(assetBase)
  core.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
}

/** The private parts of TensorFlow.js' GPU backends that tell of their end. */
interface GpuBackend {
  readonly gpgpu?: { readonly gl?: WebGL2RenderingContext }
  readonly device?: GPUDevice
}

const gpuOf = ({ gpgpu, device }: GpuBackend): Gpu => ({ gl: gpgpu?.gl, device })

/** Makes the backend itself, and makes it current: `setBackend` alone would log the reason of a failure and lose it. */
async function create(core: TfjsCore, backend: Backend): Promise<GpuBackend> {
  const factory = core.findBackendFactory(backend) as ReturnType<TfjsCore['findBackendFactory']> | null
  if (!factory)
    throw new HomingError('BACKEND_UNAVAILABLE', `TensorFlow.js does not offer ${backend} on this device.`)
  try {
    const instance = await factory()
    core.removeBackend(backend)
    core.registerBackend(backend, () => instance)
    if (!(await core.setBackend(backend))) throw new Error(`it stays on ${core.getBackend()}`)
    return instance as GpuBackend
  } catch (cause) {
    const reason =
      cause instanceof Error
        ? cause.message
        : String((cause as { message?: unknown } | null)?.message ?? cause)
    throw new HomingError('BACKEND_UNAVAILABLE', `TensorFlow.js could not start ${backend}: ${reason}`, {
      cause,
    })
  }
}

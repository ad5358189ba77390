import { HomingError } from '@homing/protocol'

import type { Backend } from './backend.ts'
import { type BackendLife, backendLife, type Gpu } from './backend-life.ts'
import type { LibraryConfig } from './library-config.ts'
import type { Threads } from './threads.ts'
import { importBackend, importCore, importWasm, type TfjsCore } from './tfjs-library.ts'
import { requireWebGpu } from './webgpu-adapter.ts'

const oneThread =
  'TensorFlow.js starts its wasm threads from blob: URLs, which a strict Content-Security-Policy forbids.'

/** A backend of TensorFlow.js that runs. Backends share the core, so each piece of work selects its own. */
export interface RunningTfjs extends Threads {
  readonly core: TfjsCore
  readonly backend: Backend
  readonly life: BackendLife
}

/**
 * Starts one backend of TensorFlow.js.
 * @throws HomingError ENGINE_MISSING, or BACKEND_UNAVAILABLE with the reason.
 */
export async function startTfjs(backend: Backend, config: LibraryConfig): Promise<RunningTfjs> {
  if (backend === 'webnn')
    throw new HomingError('BACKEND_UNAVAILABLE', 'TensorFlow.js has no backend "webnn".')
  if (backend === 'webgpu') await requireWebGpu()
  const core = await importCore()
  core.enableProdMode() // its warnings go to the console of somebody else's app
  await (backend === 'wasm' ? setUpWasm(core, config) : importBackend(backend))
  const life = backendLife(gpuOf(await create(core, backend)))
  const threads = { threads: 1, ...(backend === 'wasm' ? { threadsReason: oneThread } : {}) }
  return { core, backend, life, ...threads }
}

/** Makes a backend current. @throws HomingError ENGINE_FAILED */
export async function selectTfjs({ core, backend }: RunningTfjs): Promise<void> {
  if (core.getBackend() === backend) return
  // `setBackend` answers false, or true, and throws nothing: only `getBackend` tells.
  await core.setBackend(backend)
  if (core.getBackend() !== backend)
    throw new HomingError('ENGINE_FAILED', `TensorFlow.js did not switch to ${backend}.`)
}

async function setUpWasm(core: TfjsCore, { assetBase }: LibraryConfig): Promise<void> {
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

/** Version of TensorFlow.js. @throws HomingError ENGINE_MISSING */
export async function tfjsVersion(): Promise<string> {
  const { version_core: version } = await importCore()
  return version
}

import { type Backend, hasWebNn } from '../../../libraries/backend.ts'

/** Names what each backend runs on, as far as the browser tells. Stays on the device. */
export type Adapters = Readonly<Record<Backend, string>>

/** Where there is nothing to run on. */
export const noAdapter = 'none'

const cpu = 'cpu'

/** The adapters of this device: what failed on one may work on another, or after a new driver. */
export async function describeAdapters(): Promise<Adapters> {
  return {
    webgpu: await webGpuAdapter(),
    webnn: hasWebNn() ? 'webnn' : noAdapter,
    webgl: webGlRenderer(),
    wasm: cpu,
    cpu,
  }
}

/** What a backend runs on. Where that is the CPU, no GPU is asked for. */
export async function adapterOf(backend: Backend, adapters: () => Promise<Adapters>): Promise<string> {
  return backend === 'wasm' || backend === 'cpu' ? cpu : (await adapters())[backend]
}

async function webGpuAdapter(): Promise<string> {
  const adapter = await (navigator as { gpu?: GPU }).gpu?.requestAdapter().catch(() => null)
  if (!adapter) return noAdapter
  const { vendor, architecture, device, description } = (adapter.info as GPUAdapterInfo | undefined) ?? {}
  return [vendor, architecture, device, description].filter(Boolean).join(' ') || 'unnamed'
}

function webGlRenderer(): string {
  if (typeof OffscreenCanvas === 'undefined') return noAdapter
  const gl = new OffscreenCanvas(1, 1).getContext('webgl2')
  if (!gl) return noAdapter
  const names = gl.getExtension('WEBGL_debug_renderer_info')
  const renderer: unknown = gl.getParameter(names?.UNMASKED_RENDERER_WEBGL ?? gl.RENDERER)
  gl.getExtension('WEBGL_lose_context')?.loseContext() // browsers allow few contexts at a time
  return String(renderer)
}

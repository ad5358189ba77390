import { HomingError } from '@homing/protocol'

/**
 * Makes sure that WebGPU has an adapter, before megabytes of engine are fetched for it.
 * @throws HomingError BACKEND_UNAVAILABLE with the reason.
 */
export async function requireWebGpu(): Promise<void> {
  const { gpu } = (globalThis as { navigator?: { gpu?: GPU } }).navigator ?? {} // Node 20 has no navigator
  if (!gpu)
    throw new HomingError(
      'BACKEND_UNAVAILABLE',
      'This browser has no WebGPU, or the page is not a secure context.',
    )
  // Chromium without a usable driver, and where the GPU is on its block list, has `navigator.gpu` all the same.
  const adapter = await gpu.requestAdapter()
  if (!adapter)
    throw new HomingError(
      'BACKEND_UNAVAILABLE',
      'WebGPU is there but offers no adapter: the GPU or its driver is blocked.',
    )
}

/** Whether WebGPU can be used. */
export function hasWebGpuAdapter(): Promise<boolean> {
  return requireWebGpu().then(
    () => true,
    () => false,
  )
}

interface GpuScope {
  readonly GPUAdapter?: { readonly prototype: GPUAdapter }
  readonly OffscreenCanvas: { readonly prototype: OffscreenCanvas }
}

/** Lets this worker lose every GPU device and every WebGL context that it has: really, as a reset of the driver does. */
export function losableGpu(): () => void {
  const scope = globalThis as unknown as GpuScope
  const devices = new Set<GPUDevice>()
  const contexts = new Set<WebGL2RenderingContext>()

  const adapter = scope.GPUAdapter?.prototype
  if (adapter) {
    const request = adapter.requestDevice
    adapter.requestDevice = async function (...options) {
      const device = await request.apply(this, options)
      devices.add(device)
      return device
    }
  }
  const canvas = scope.OffscreenCanvas.prototype
  const getContext = canvas.getContext as (this: OffscreenCanvas, ...options: unknown[]) => unknown
  canvas.getContext = function (this: OffscreenCanvas, ...options: unknown[]) {
    const context = getContext.apply(this, options)
    if (context instanceof WebGL2RenderingContext) contexts.add(context)
    return context
  } as typeof canvas.getContext

  return () => {
    for (const device of devices) device.destroy()
    for (const gl of contexts) gl.getExtension('WEBGL_lose_context')?.loseContext()
    devices.clear()
    contexts.clear()
  }
}

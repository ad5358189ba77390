import type { BrowserFacts } from '../../../telemetry/batch-origin.ts'

/** What this worker finds out of its browser. */
export async function browserFacts(): Promise<BrowserFacts> {
  const { userAgent, hardwareConcurrency, deviceMemory, gpu } = navigator as Omit<Navigator, 'gpu'> & {
    readonly deviceMemory?: number
    readonly gpu?: GPU | undefined
  }
  return {
    userAgent,
    hardwareConcurrency,
    deviceMemory,
    webgpu: (await gpu?.requestAdapter().catch(() => null)) != null,
    webgl: typeof OffscreenCanvas !== 'undefined' && new OffscreenCanvas(1, 1).getContext('webgl2') !== null,
    scheme: new URL(self.origin === 'null' ? 'file:' : self.origin).protocol,
  }
}

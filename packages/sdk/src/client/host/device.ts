import type { Device, Feature } from '../../delivery/unmet-requirements.ts'
import { sdkVersion } from '../config.ts'

const gibibyte = 2 ** 30

/** From here on browsers do not say how much memory there is. */
const memoryCap = 8 * gibibyte

/** What this device can do, as far as a worker can find out. */
export async function describeDevice(): Promise<Device> {
  const { deviceMemory } = navigator as { deviceMemory?: number }
  const memory = deviceMemory === undefined ? undefined : deviceMemory * gibibyte
  return {
    sdk: sdkVersion,
    memory: memory === undefined || memory >= memoryCap ? undefined : memory,
    features: await findFeatures(),
  }
}

async function findFeatures(): Promise<ReadonlySet<Feature>> {
  const features = new Set<Feature>()
  const adapter = await (navigator as { gpu?: GPU }).gpu?.requestAdapter().catch(() => null)
  if (adapter) features.add('webgpu')
  if (adapter?.features.has('shader-f16')) features.add('shader-f16')
  if (typeof OffscreenCanvas !== 'undefined' && new OffscreenCanvas(1, 1).getContext('webgl2'))
    features.add('webgl2')
  if (WebAssembly.validate(simdModule)) features.add('wasm-simd')
  if (globalThis.crossOriginIsolated) features.add('wasm-threads')
  return features
}

/** The smallest module with a vector instruction: one function that gives `i8x16.splat(0)`. */
const simdModule = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11,
])

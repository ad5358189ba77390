import type { Engine } from '@homing/protocol'

import type { Backend } from './runtime-api.ts'

/** Backends of each engine, best first. */
export const backendsOf: Readonly<Record<Engine, readonly Backend[]>> = {
  onnx: ['webgpu', 'wasm'],
  tfjs: ['webgpu', 'webgl', 'wasm', 'cpu'],
}

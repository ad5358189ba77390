import type { Engine } from '@homing/protocol'

/** What an engine can run on. `wasm` and `cpu` run everywhere. */
export type Backend = 'webgpu' | 'webgl' | 'wasm' | 'cpu'

/** Backends of each engine, best first. */
export const backendsOf: Readonly<Record<Engine, readonly Backend[]>> = {
  onnx: ['webgpu', 'wasm'],
  tfjs: ['webgpu', 'webgl', 'wasm', 'cpu'],
}

/** Why a better backend does not serve. */
export interface BackendFallback {
  readonly backend: Backend
  /** `probe`: it runs, and computes wrongly. */
  readonly stage: 'start' | 'load' | 'run' | 'probe'
  readonly code: string
  readonly reason: string
}

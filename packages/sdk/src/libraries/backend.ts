import { type Engine, isOwnEngine, type OwnEngine } from '@homing/protocol'

/** What an engine can run on. `wasm` and `cpu` run everywhere. */
export type Backend = 'webgpu' | 'webnn' | 'webgl' | 'wasm' | 'cpu'

/** Every backend, best first. */
const allBackends: readonly Backend[] = ['webgpu', 'webnn', 'webgl', 'wasm', 'cpu']

const ownBackends: Readonly<Record<OwnEngine, readonly Backend[]>> = {
  onnx: ['webgpu', 'webnn', 'wasm'],
  tfjs: ['webgpu', 'webgl', 'wasm', 'cpu'],
}

/** Whether this browser has WebNN, which few have: it is not tried elsewhere. */
export function hasWebNn(): boolean {
  return (globalThis as { navigator?: { ml?: unknown } }).navigator?.ml !== undefined // Node 20 has no navigator
}

/** Backends of an engine, best first. One that an app brings is asked for each: it refuses those that it does not have. */
export function backendsOf(engine: Engine): readonly Backend[] {
  const backends = isOwnEngine(engine) ? ownBackends[engine] : allBackends
  return hasWebNn() ? backends : backends.filter((backend) => backend !== 'webnn')
}

/** Why a better backend does not serve. */
export interface BackendFallback {
  readonly backend: Backend
  /** `probe`: it runs, and computes wrongly. */
  readonly stage: 'start' | 'load' | 'run' | 'probe'
  readonly code: string
  readonly reason: string
}

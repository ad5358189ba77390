import type { Backend } from '@homing/sdk'

/** A way to run a card's task: a model, which fixes the engine, and the backends it may use. */
export interface Choice {
  readonly id: string
  readonly label: string
  readonly group?: string
  readonly model: string
  /** null: every backend of the engine, best first. */
  readonly backends: readonly Backend[] | null
}

const backendNames: Readonly<Record<Backend, string>> = {
  webgpu: 'WebGPU',
  webnn: 'WebNN',
  webgl: 'WebGL',
  wasm: 'WASM',
  cpu: 'CPU',
}

/** A backend as people write it. */
export function backendName(backend: Backend): string {
  return backendNames[backend]
}

/** One choice for each backend of a model's engine. */
function forced(model: string, group: string, backends: readonly Backend[]): Choice[] {
  return backends.map((backend) => ({
    id: `${model}:${backend}`,
    label: backendName(backend),
    group,
    model,
    backends: [backend],
  }))
}

/** The digits: the same weights as an ONNX model and as a TensorFlow.js model. */
export const digitsChoices: readonly [Choice, ...Choice[]] = [
  { id: 'digits:auto', label: 'Best', group: 'Automatic', model: 'digits', backends: null },
  ...forced('digits', 'ONNX Runtime', ['webgpu', 'wasm']),
  ...forced('digits-tfjs', 'TensorFlow.js', ['webgpu', 'webgl', 'wasm', 'cpu']),
]

/** The wine: an ONNX model. */
export const wineChoices: readonly [Choice, ...Choice[]] = [
  { id: 'wine:auto', label: 'Best', group: 'Automatic', model: 'wine', backends: null },
  ...forced('wine', 'ONNX Runtime', ['webgpu', 'wasm']),
]

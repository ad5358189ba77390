export type { Backend } from './libraries/backend.ts'
export type { LibraryConfig } from './libraries/library-config.ts'
export type {
  EngineSession,
  InferenceEngine,
  StartedBackend,
  Tensors,
  WantedGradients,
} from './runtime/engine.ts'
export type { HeldRun, HeldTensor } from './runtime/held-tensor.ts'
export { serveRuntime as serveEngine } from './runtime/serve-runtime.ts'
export { type DType, HomingError, type Manifest, type Signature, type Tensor } from '@homing/protocol'

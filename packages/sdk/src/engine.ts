export type { Backend } from './libraries/backend.ts'
export type { LibraryConfig } from './libraries/library-config.ts'
export type {
  EngineSession,
  HeldRun,
  HeldTensor,
  InferenceEngine,
  StartedBackend,
  Tensors,
  WantedGradients,
} from './runtime/engine.ts'
export { serveRuntime as serveEngine } from './runtime/serve-runtime.ts'
export { type DType, HomingError, type Manifest, type Signature, type Tensor } from '@homing/protocol'

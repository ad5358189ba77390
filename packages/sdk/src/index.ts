export type {
  ClientOptions,
  Homing,
  Model,
  ModelOptions,
  ModelState,
  ModelStatus,
  PageInput,
  Prediction,
  PredictOptions,
  Progress,
  UpdatePolicy,
} from './client/api.ts'
export { createClient } from './client/create-client.ts'
export type { ImageSource, InputValue, TableRow } from './inputs/input-value.ts'
export type { Backend, BackendFallback } from './libraries/backend.ts'
export type { Reading, Score } from './runtime/runtime-api.ts'
export { type ErrorCode, errorCodes, HomingError, type Tensor } from '@homing/protocol'

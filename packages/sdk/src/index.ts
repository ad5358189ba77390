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
export type {
  Backend,
  BackendFallback,
  ImageSource,
  InputValue,
  Reading,
  Score,
  TableRow,
} from './runtime/runtime-api.ts'
export { type ErrorCode, errorCodes, HomingError, type Tensor } from '@homing/protocol'

import { type ErrorCode, HomingError } from '@homing/protocol'

import type { Backend, BackendFallback } from '../libraries/backend.ts'
import { noBackend } from '../libraries/no-backend.ts'
import type {
  Batch,
  StepReport,
  StepSettings,
  Tensors,
  Trainer,
  TrainerLibrary,
  TrainingFiles,
} from './trainer.ts'

/** What is trained, and with what the run begins. */
export interface Beginning {
  readonly files: TrainingFiles
  readonly start: Tensors | undefined
  readonly batch: Batch
  readonly settings: StepSettings
}

/** A run that has made its first step. */
export interface Begun {
  readonly trainer: Trainer
  readonly backend: Backend
  readonly fallbacks: readonly BackendFallback[]
  readonly report: StepReport
}

/**
 * Makes the first step on the first backend that can: some lack an operator of the way back, and only a step tells.
 * @throws HomingError BACKEND_UNAVAILABLE with `details.backends` (a `BackendFallback` each), ENGINE_MISSING, and those of
 * `Trainer.begin`.
 */
export async function firstStep(
  library: TrainerLibrary,
  backends: readonly Backend[],
  { files, start, batch, settings }: Beginning,
): Promise<Begun> {
  const fallbacks: BackendFallback[] = []
  const errors: HomingError[] = []
  for (const backend of backends) {
    let stage: BackendFallback['stage'] = 'load'
    let trainer: Trainer | undefined
    try {
      trainer = await library.open(backend, files)
      if (start) await trainer.begin(start)
      stage = 'run'
      const report = await trainer.step(batch, settings)
      return { trainer, backend, fallbacks, report }
    } catch (thrown) {
      await trainer?.release().catch(() => undefined) // the reason to tell is the first one
      const error = HomingError.from(thrown, 'ENGINE_FAILED')
      const { code, message } = error
      if (!isOfBackend(code)) throw error
      errors.push(error)
      fallbacks.push({ backend, stage: neverStarted(code) ? 'start' : stage, code, reason: message })
    }
  }
  throw noBackend('train', files.manifest, fallbacks, errors)
}

/** Whether another backend may do better. */
function isOfBackend(code: ErrorCode): boolean {
  return neverStarted(code) || code === 'ENGINE_FAILED' || code === 'OPERATOR_UNSUPPORTED'
}

function neverStarted(code: ErrorCode): boolean {
  return code === 'BACKEND_UNAVAILABLE' || code === 'ENGINE_MISSING'
}

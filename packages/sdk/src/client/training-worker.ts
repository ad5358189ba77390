import { type Engine, HomingError, isOwnEngine, type OwnEngine } from '@homing/protocol'

import type { TrainingApi } from '../learning/training-api.ts'
import type { LibraryConfig } from '../libraries/library-config.ts'
import { startWorker, type WorkerLink } from '../transport/worker-link.ts'
import type { ClientOptions } from './options-api.ts'

/** Default makers of training workers, loaded only when a model is trained. */
const makers: Record<OwnEngine, () => Promise<() => Worker>> = {
  onnx: async () => (await import('../onnx.ts')).onnxTrainingWorker,
  tfjs: async () => (await import('../tfjs.ts')).tfjsTrainingWorker,
}

/** Starts a worker for one run of training. */
export function startTrainingWorker(
  engine: Engine,
  config: LibraryConfig,
  given: NonNullable<ClientOptions['workers']>,
): Promise<WorkerLink<TrainingApi>> {
  const make = async (): Promise<Worker> => {
    if (!isOwnEngine(engine))
      throw new HomingError(
        'TRAINING_UNAVAILABLE',
        `The engine "${engine}" is the app's own: it cannot train.`,
      )
    return (given[`${engine}-training`] ?? (await makers[engine]()))()
  }
  return startWorker<TrainingApi>(`${engine} training`, make, config)
}

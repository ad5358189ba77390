import type { PipelineInput } from '@homing/pipeline'

import { untrainable } from '../learning/require-training.ts'
import { runTraining, type TrainingWatch } from '../learning/run-training.ts'
import type { Trainer, TrainerLibrary, TrainingFiles } from '../learning/trainer.ts'
import { onnxTrainers } from '../learning/trainers/onnx-trainer.ts'
import { tfjsTrainers } from '../learning/trainers/tfjs-trainer.ts'
import type {
  TargetValues,
  TrainingRequest,
  TrainingResult,
  TrainingSettings,
} from '../learning/training-api.ts'
import type { Backend } from '../libraries/backend.ts'
import { nextTask } from '../transport/next-task.ts'
import type { PackageFiles } from './read-package.ts'

/** Examples, as `NodePackage.predict` takes inputs, with a target for each. */
export interface NodeExamples {
  readonly inputs: Readonly<Record<string, PipelineInput>>
  readonly targets: TargetValues
}

/**
 * Opens a package for training step by step: training graphs on onnxruntime-web's wasm (one thread), layers models on
 * TensorFlow.js' cpu backend. Whoever opens it checks batches, and releases it.
 * @throws HomingError TRAINING_UNAVAILABLE, ENGINE_MISSING, BACKEND_UNAVAILABLE, OPERATOR_UNSUPPORTED, ENGINE_FAILED.
 */
export async function openTrainer(files: PackageFiles): Promise<Trainer> {
  const { library, backend } = placeOf(files)
  return library.open(backend, trainingFiles(files))
}

/** Trains a copy of a package, as `model.train` does in the browser; throws as that does. */
export async function trainPackage(
  files: PackageFiles,
  examples: NodeExamples,
  { onEvent, signal, ...settings }: Omit<TrainingSettings, 'backends'> & TrainingWatch = {},
): Promise<TrainingResult> {
  const { library, backend } = placeOf(files)
  const request = {
    files: trainingFiles(files),
    examples: examples as TrainingRequest['examples'],
    settings: { ...settings, backends: [backend] },
  }
  return runTraining(library, request, { now: () => performance.now(), nextTask }, { onEvent, signal })
}

function placeOf({ manifest }: PackageFiles): { library: TrainerLibrary; backend: Backend } {
  return manifest.engine === 'onnx'
    ? { library: onnxTrainers({ threads: 1 }), backend: 'wasm' }
    : { library: tfjsTrainers({}), backend: 'cpu' }
}

function trainingFiles({ manifest, graph, parameters, training }: PackageFiles): TrainingFiles {
  if (manifest.engine === 'tfjs') return { manifest, graph, parameters }
  if (training) return { manifest, graph: training, parameters }
  throw untrainable(manifest, 'has no training graph among its files')
}

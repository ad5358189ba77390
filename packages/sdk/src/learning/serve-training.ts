import { transfer } from 'comlink'

import { decodeImages } from '../inputs/decode-images.ts'
import type { LibraryConfig } from '../libraries/library-config.ts'
import { nextTask } from '../transport/next-task.ts'
import { serveWorker } from '../transport/serve-worker.ts'
import { tensorBuffers } from '../transport/tensor-buffers.ts'
import { trainingThreads } from './config.ts'
import { runTraining } from './run-training.ts'
import type { TrainerLibrary } from './trainer.ts'
import type { TrainingApi, TrainingEvent } from './training-api.ts'

/** Makes this worker a training worker. The trained tensors move to the caller. */
export function serveTraining(createLibrary: (config: LibraryConfig) => TrainerLibrary): void {
  serveWorker((config: LibraryConfig): TrainingApi => {
    const library = createLibrary({ ...config, threads: trainingThreads })
    return {
      async train({ examples, ...rest }, onEvent) {
        let told: Promise<unknown> = Promise.resolve()
        const tell = (event: TrainingEvent): void => {
          told = Promise.resolve(onEvent(event)).catch(() => undefined) // what a listener throws is the page's
        }
        try {
          const inputs = await decodeImages(examples.inputs)
          const request = { ...rest, examples: { ...examples, inputs } }
          const platform = { now: () => performance.now(), nextTask }
          const result = await runTraining(library, request, platform, { onEvent: tell })
          return transfer(result, tensorBuffers(result.parameters))
        } finally {
          await told // events travel by another port than the answer
        }
      },
    }
  })
}

import { HomingError } from '@homing/protocol'
import { proxy, transfer } from 'comlink'

import type { TrainingApi, TrainingEvent, TrainingResult } from '../learning/training-api.ts'
import type { WorkerLink } from '../transport/worker-link.ts'
import { listenerSet } from './listener-set.ts'
import type { PageSession } from './page-session.ts'
import { retainInputs } from './retained-inputs.ts'
import type { TrainingExamples, TrainOptions } from './training-api.ts'
import { withSignal } from './with-signal.ts'

/** The training runs of one open model, each in a worker of its own. */
export interface ModelTraining {
  train(examples: TrainingExamples, options: TrainOptions): Promise<TrainingResult>
  /** Ends all runs: they reject with `error`. */
  close(error: HomingError): void
}

export function createModelTraining(session: PageSession, name: string): ModelTraining {
  const running = new Set<WorkerLink<TrainingApi>>()
  let closed: HomingError | undefined
  const refuseClosed = (): void => {
    if (closed) throw closed
  }

  const run = async (
    examples: TrainingExamples,
    { onEvent, signal: _, ...settings }: TrainOptions,
    signal: AbortSignal | undefined,
  ): Promise<TrainingResult> => {
    const listeners = listenerSet<TrainingEvent>()
    if (onEvent) listeners.add(onEvent)
    const targets = copyOf(examples.targets)
    const retained = await retainInputs(examples.inputs, false)
    try {
      const files = await (await session.host()).sectionFiles(name, 'training', signal)
      const link = await session.startTraining(files.manifest.engine)
      const end = (): void => {
        listeners.clear() // events that are still on their way
        link.terminate(new HomingError('ABORTED', 'The training was aborted.'))
      }
      signal?.addEventListener('abort', end)
      running.add(link)
      try {
        refuseClosed()
        signal?.throwIfAborted()
        const request = { files, examples: { inputs: retained.inputs, targets }, settings }
        const move = [files.graph.buffer, files.parameters.buffer]
        return await link.remote.train(
          transfer(request, move),
          proxy((event) => listeners.tell(event)),
        )
      } finally {
        running.delete(link)
        signal?.removeEventListener('abort', end)
        end() // only the end of its worker gives an engine's memory back
      }
    } finally {
      retained.release()
    }
  }
  return {
    train: (examples, options) => withSignal(options.signal, (signal) => run(examples, options, signal)),
    close(error) {
      closed = error
      for (const link of running) link.terminate(error)
    },
  }
}

/** Targets as they are now: the caller may change them while the worker starts. */
function copyOf(targets: TrainingExamples['targets']): TrainingExamples['targets'] {
  try {
    return structuredClone(targets)
  } catch (cause) {
    const message = 'Targets must be plain data: a tensor, or a list of labels or numbers.'
    throw new HomingError('TARGETS_INVALID', message, { cause })
  }
}

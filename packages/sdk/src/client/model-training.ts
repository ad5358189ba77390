import { type ErrorCode, HomingError } from '@homing/protocol'
import { proxy, transfer } from 'comlink'

import type {
  TrainingApi,
  TrainingEvent,
  TrainingResult,
  TrainingSettings,
} from '../learning/training-api.ts'
import type { WorkerLink } from '../transport/worker-link.ts'
import { listenerSet } from './listener-set.ts'
import type { PageSession } from './page-session.ts'
import type { RepeatedCalls } from './repeated-calls.ts'
import { retainInputs } from './retained-inputs.ts'
import type { TrainingExamples, TrainOptions } from './training-api.ts'
import { withSignal } from './with-signal.ts'

/** The training runs of one open model, each in a worker of its own. */
export interface ModelTraining {
  train(examples: TrainingExamples, options: TrainOptions): Promise<TrainingResult>
  /** Ends all runs: they reject with `error`. */
  close(error: HomingError): void
}

export function createModelTraining(
  session: PageSession,
  name: string,
  repeated: RepeatedCalls,
): ModelTraining {
  const running = new Set<WorkerLink<TrainingApi>>()
  let closed: HomingError | undefined
  const refuseClosed = (): void => {
    if (closed) throw closed
  }

  const run = async (
    examples: TrainingExamples,
    { onEvent, signal: _, ...options }: TrainOptions,
    signal: AbortSignal | undefined,
  ): Promise<TrainingResult> => {
    const listeners = listenerSet<TrainingEvent>()
    if (onEvent) listeners.add(onEvent)
    const { inputs, targets, settings } = copied(examples, options)
    const retained = await retainInputs(inputs, false)
    try {
      const files = await repeated(async () => (await session.host()).sectionFiles(name, 'training', signal))
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
      } catch (error) {
        throw HomingError.from(error, 'ENGINE_FAILED')
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

interface Copied extends TrainingExamples {
  readonly settings: TrainingSettings
}

/** Targets and options as they are now: the caller may change them while the worker starts. Inputs are copied later. */
function copied(examples: TrainingExamples, options: TrainingSettings): Copied {
  if (typeof examples !== 'object' || (examples as unknown) === null)
    throw new HomingError('INPUT_NAME', 'train() takes examples as { inputs, targets }.')
  const targets = copyOf(
    examples.targets,
    'TARGETS_INVALID',
    'Targets must be a tensor, or a list of labels or numbers',
  )
  const settings = copyOf(options, 'CONFIG_INVALID', 'The options of train() must be plain data')
  return { inputs: examples.inputs, targets, settings }
}

function copyOf<T>(value: T, code: ErrorCode, problem: string): T {
  try {
    return structuredClone(value)
  } catch (cause) {
    throw new HomingError(code, `${problem}.`, { cause })
  }
}

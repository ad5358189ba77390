import { type ErrorCode, HomingError } from '@homing/protocol'
import { proxy, transfer } from 'comlink'

import type {
  TargetValues,
  TrainingApi,
  TrainingEvent,
  TrainingResult,
  TrainingSettings,
} from '../learning/training-api.ts'
import type { WorkerLink } from '../transport/worker-link.ts'
import { listenerSet } from './listener-set.ts'
import type { PageSession } from './page-session.ts'
import type { RepeatedCalls } from './repeated-calls.ts'
import type { TakenExamples } from './take-examples.ts'

/** The training runs of one open model, each in a worker of its own. */
export interface ModelTraining {
  train(
    examples: TakenExamples,
    onEvent: ((event: TrainingEvent) => void) | undefined,
    signal: AbortSignal | undefined,
  ): Promise<TrainingResult>
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
    examples: TakenExamples,
    onEvent: ((event: TrainingEvent) => void) | undefined,
    signal: AbortSignal | undefined,
  ): Promise<TrainingResult> => {
    const listeners = listenerSet<TrainingEvent>()
    if (onEvent) listeners.add(onEvent)
    const { targets, settings } = read(examples)
    const retained = await examples.inputs
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
    train: run,
    close(error) {
      closed = error
      for (const link of running) link.terminate(error)
    },
  }
}

function copyOf<T>(taken: () => T, code: ErrorCode, problem: string): T {
  try {
    return taken()
  } catch (cause) {
    throw new HomingError(code, `${problem}.`, { cause })
  }
}

/** @throws HomingError INPUT_NAME, TARGETS_INVALID, CONFIG_INVALID for what could not be copied. */
function read({ given, targets, settings }: TakenExamples): {
  targets: TargetValues
  settings: TrainingSettings
} {
  if (typeof given !== 'object' || given === null)
    throw new HomingError('INPUT_NAME', 'train() takes examples as { inputs, targets }.')
  return {
    targets: copyOf(targets, 'TARGETS_INVALID', 'Targets must be a tensor, or a list of labels or numbers'),
    settings: copyOf(settings, 'CONFIG_INVALID', 'The options of train() must be plain data'),
  }
}

import { HomingError, type Tensor } from '@homing/protocol'

import { usableBackends } from '../libraries/usable-backends.ts'
import { hearingInterval } from './config.ts'
import { exampleOrder } from './example-order.ts'
import { firstStep } from './first-step.ts'
import { type LossCurve, lossCurve } from './loss-curve.ts'
import { readExamples } from './read-examples.ts'
import { requireTraining } from './require-training.ts'
import { runSettings } from './run-settings.ts'
import { seededRandom } from '../random/seeded-random.ts'
import type { Trainer, TrainerLibrary } from './trainer.ts'
import type { TrainingEvent, TrainingRequest, TrainingResult } from './training-api.ts'

/** What a run takes from its surroundings. */
export interface TrainingPlatform {
  /** Milliseconds; only differences count. */
  readonly now: () => number
  /** Resolves once messages that came in meanwhile were heard. */
  readonly nextTask: () => Promise<void>
}

/** How a run is watched and stopped. */
export interface TrainingWatch {
  readonly onEvent?: ((event: TrainingEvent) => void) | undefined
  /** Ends the run after the step under way; what it has trained is lost. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Trains a copy of a version on examples, which are all checked before the first step. The order of the examples depends
 * on the seed alone; what an epoch leaves over of its last batch opens the next epoch, and a run makes one step at least.
 * @throws HomingError TRAINING_UNAVAILABLE, CONFIG_INVALID, PIPELINE_INVALID, INPUT_*, TARGETS_INVALID, ENGINE_MISSING,
 * BACKEND_UNAVAILABLE, ENGINE_FAILED, ABORTED, and TRAINING_DIVERGED with `details.step` and `details.losses` (of all
 * steps) when the loss, or a tensor after the last step, is not finite.
 */
export async function runTraining(
  library: TrainerLibrary,
  { files, examples: given, settings }: TrainingRequest,
  { now, nextTask }: TrainingPlatform,
  { onEvent = () => undefined, signal }: TrainingWatch = {},
): Promise<TrainingResult> {
  const { recipe } = requireTraining(files.manifest)
  const { epochs, learningRate, seed } = runSettings(recipe, settings)
  const backends = usableBackends(files.manifest, settings.backends ?? null)
  const examples = readExamples(files.manifest, given)
  const steps = Math.max(1, Math.floor((epochs * examples.count) / recipe.batch))
  const nextBatch = exampleOrder(seededRandom(seed), examples.count, recipe.batch)
  const curve = lossCurve(steps, recipe.batch, examples.count, epochs)
  refuseAborted(signal)

  let began = now()
  const beginning = { files, start: settings.parameters, batch: examples.batch(nextBatch()) }
  const begun = await firstStep(library, backends, { ...beginning, settings: { learningRate, step: 1 } })
  const { trainer, backend, fallbacks } = begun
  try {
    const { version } = files.manifest
    const place = {
      version,
      engine: library.engine,
      engineVersion: await library.version(),
      backend,
      fallbacks,
    }
    onEvent({ type: 'start', steps, examples: examples.count, ...place })
    const warm = now()
    let heard = warm
    let { report } = begun
    for (let step = 1; ; step++) {
      const point = curve.add(report)
      const ended = now()
      onEvent({ type: 'step', ...point, examplesPerSecond: speed(recipe.batch, ended - began) })
      if (!Number.isFinite(report.loss))
        throw await diverged(trainer, curve, onEvent, `The loss became ${report.loss} at step ${step}`)
      const epoch = curve.epochEnded()
      if (epoch) onEvent({ type: 'epoch', ...epoch })
      if (step === steps) break
      if (ended - heard > hearingInterval) {
        await nextTask()
        heard = now()
      }
      refuseAborted(signal)
      began = now()
      report = await trainer.step(examples.batch(nextBatch()), { learningRate, step: step + 1 })
    }
    const examplesPerSecond =
      steps > 1 ? speed((steps - 1) * recipe.batch, now() - warm) : speed(recipe.batch, warm - began)
    refuseAborted(signal)
    const parameters = await trainer.parameters()
    const spoiled = notFinite(parameters)
    if (spoiled !== undefined) {
      await trainer.restore()
      throw await diverged(trainer, curve, onEvent, `Tensor "${spoiled}" is not finite after step ${steps}`)
    }
    return { ...place, parameters, curve: curve.steps, steps, epochs, examplesPerSecond }
  } finally {
    await trainer.release().catch(() => undefined) // how the run ended is what counts
  }
}

const speed = (examples: number, ms: number): number => (examples * 1_000) / ms

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new HomingError('ABORTED', 'The training was aborted.', { cause: signal.reason })
}

/** Tells of the end of a run; the trainer has gone back to the last tensors that gave a finite loss. */
async function diverged(
  trainer: Trainer,
  { steps }: LossCurve,
  onEvent: (event: TrainingEvent) => void,
  what: string,
): Promise<HomingError> {
  const { step } = steps.at(-1)!
  onEvent({ type: 'diverged', step, parameters: await trainer.parameters() })
  return new HomingError('TRAINING_DIVERGED', `${what}: lower the learning rate.`, {
    details: { step, losses: steps.map(({ loss }) => loss) },
  })
}

/** The first tensor that is not finite: the last step has changed them all, and no loss has told what became of them. */
function notFinite(parameters: Readonly<Record<string, Tensor>>): string | undefined {
  return Object.keys(parameters).find(
    (name) =>
      !Array.prototype.every.call(parameters[name]!.data, (value: unknown) => Number.isFinite(Number(value))),
  )
}

import { type ModelProto, readModel } from '@homing/onnx'

import { firstDigits, testDigits, trainingDigits } from '../data/mnist.ts'
import { evaluateCalibration } from '../evaluation/calibration.ts'
import { evaluateClassification, softmaxRows } from '../evaluation/classification.ts'
import { seededRandom } from '../random.ts'
import { type RunLog, trainingEnvironment } from '../report/run-log.ts'
import { curveRecorder } from '../training/curve-recorder.ts'
import { cosineSchedule } from '../training/schedule.ts'
import { type Clock, startStopwatch } from '../training/stopwatch.ts'
import { train } from '../training/trainer.ts'
import { withParameters } from '../training/with-parameters.ts'
import { augmentation } from './augmentation.ts'
import { digitBatches } from './digit-batches.ts'
import { digitsModel, digitsSizes } from './digits-model.ts'
import type { DigitsRecipe } from './digits-versions.ts'
import { encodeDigits } from './encode-digits.ts'
import { predictDigits } from './predict-digits.ts'

/** What a training run of digits gives. */
export interface TrainedDigits {
  readonly model: ModelProto
  readonly log: RunLog
  readonly probabilities: Float64Array
  readonly labels: Uint8Array
}

/** Where a run takes its data and its starting point from, and whom it tells of its progress. */
export interface DigitsRun {
  readonly version: string
  readonly recipe: DigitsRecipe
  readonly dataFolder: string
  /** The ONNX file of the recipe's parent. */
  readonly parent?: Uint8Array
  readonly report: (line: string) => void
  readonly clock: Clock
}

/** Trains a version of digits and measures it on the 10,000 test images. The test images choose nothing. */
export async function trainDigits({
  version,
  recipe,
  dataFolder,
  parent,
  report,
  clock,
}: DigitsRun): Promise<TrainedDigits> {
  const { images, seed, batch, epochs, learningRate, warmUp, weightDecay, ...origin } = recipe
  const [all, test] = await Promise.all([trainingDigits(dataFolder), testDigits(dataFolder)])
  const digits = firstDigits(all, images ?? all.count)
  const testImages = encodeDigits(test.images)
  const start = parent ? readModel(parent) : digitsModel(seed)
  const stepsPerEpoch = Math.floor(digits.count / batch)
  const steps = stepsPerEpoch * epochs
  const curve = curveRecorder(stepsPerEpoch)
  const measure = async (parameters: ReadonlyMap<string, Float32Array>) => {
    const logits = await predictDigits(withParameters(start, parameters), testImages)
    const probabilities = softmaxRows(logits, digitsSizes.classes)
    return { probabilities, result: evaluateClassification(probabilities, test.labels, digitsSizes.classes) }
  }
  const stop = startStopwatch(clock)
  const parameters = await train({
    model: start,
    options: { dims: { batch }, loss: 'softmax-cross-entropy', optimiser: { kind: 'adam' }, weightDecay },
    steps,
    batch: digitBatches(digits, batch, seededRandom(seed)),
    learningRate: cosineSchedule({ peak: learningRate, steps, warmUp }),
    async onStep(step) {
      if (!curve.add(step)) return
      const { result } = await measure(step.parameters())
      const { epoch, figures } = curve.close({ testLoss: result.logLoss, testAccuracy: result.accuracy })
      report(
        `epoch ${epoch}/${epochs}  loss ${figures['loss']!.toFixed(4)}  test accuracy ${(100 * result.accuracy).toFixed(2)}%`,
      )
    },
  })
  const time = stop()
  const { probabilities, result } = await measure(parameters)
  const { ece } = evaluateCalibration(probabilities, test.labels, digitsSizes.classes)
  const log: RunLog = {
    model: 'digits',
    version,
    ...origin,
    ...time,
    seed,
    hyperparameters: {
      loss: 'softmax-cross-entropy',
      optimiser: 'adam',
      batch,
      epochs,
      steps,
      learningRate,
      warmUp,
      weightDecay,
      augmentation,
    },
    data: { source: 'MNIST', trainingImages: digits.count, testImages: test.count },
    environment: trainingEnvironment(),
    parameters: [...parameters.values()].reduce((sum, { length }) => sum + length, 0),
    metrics: { accuracy: result.accuracy, logLoss: result.logLoss, ece },
    curve: curve.points,
  }
  return { model: withParameters(start, parameters), log, probabilities, labels: test.labels }
}

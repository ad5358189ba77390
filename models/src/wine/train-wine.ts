import { compilePipeline } from '@homing/pipeline'
import { type ModelProto, writeModel } from '@homing/onnx'
import type { Pipeline, Signature } from '@homing/protocol'

import { type Wine, whiteWines } from '../data/wine.ts'
import { wineFeatures } from '../data/wine-features.ts'
import { evaluateRegression, type RegressionResult } from '../evaluation/regression.ts'
import { seededRandom } from '../random.ts'
import { type RunLog, trainingEnvironment } from '../report/run-log.ts'
import { curveRecorder } from '../training/curve-recorder.ts'
import { openEngine } from '../training/engine.ts'
import { epochBatches } from '../training/epochs.ts'
import { cosineSchedule } from '../training/schedule.ts'
import { startStopwatch } from '../training/stopwatch.ts'
import { type Batch, train } from '../training/trainer.ts'
import type { TrainRequest } from '../training/train-request.ts'
import { withParameters } from '../training/with-parameters.ts'
import { splitWines } from './split-wines.ts'
import { wineInput, wineModel, wineOutput } from './wine-model.ts'
import { winePipeline } from './wine-pipeline.ts'
import type { WineRecipe } from './wine-recipe.ts'

const columns = wineFeatures.length

const signature: Signature = {
  inputs: [{ name: wineInput, dtype: 'float32', shape: ['batch', columns] }],
  outputs: [{ name: wineOutput, dtype: 'float32', shape: ['batch', 1] }],
}

/** What a training run of wine gives. */
export interface TrainedWine {
  readonly model: ModelProto
  readonly pipeline: Pipeline
  readonly log: RunLog
  readonly result: RegressionResult
  /** What always saying the training wines' mean would give. */
  readonly baseline: RegressionResult
}

/** Trains a version of wine and measures it on the wines held out, which choose nothing. */
export async function trainWine(
  { version, dataFolder, report, clock }: Omit<TrainRequest, 'artifactRoot'>,
  recipe: WineRecipe,
): Promise<TrainedWine> {
  const { seed, heldOut, batch, epochs, learningRate, warmUp, weightDecay } = recipe
  const { wines, repaired } = await whiteWines(dataFolder)
  const random = seededRandom(seed)
  const { training, test } = splitWines(wines, heldOut, random)
  const pipeline = winePipeline(training)
  const [trainingRows, testRows] = [encodeWines(pipeline, training), encodeWines(pipeline, test)]
  const truth = qualities(test)
  const mean = qualities(training).reduce((sum, value) => sum + value, 0) / training.length
  const start = wineModel(seed, mean)
  const stepsPerEpoch = Math.floor(training.length / batch)
  const steps = stepsPerEpoch * epochs
  const curve = curveRecorder(stepsPerEpoch)
  const measure = async (parameters: ReadonlyMap<string, Float32Array>): Promise<RegressionResult> =>
    evaluateRegression(await predictWines(withParameters(start, parameters), testRows), truth)

  const stop = startStopwatch(clock)
  const parameters = await train({
    model: start,
    options: { dims: { batch }, loss: 'mse', optimiser: { kind: 'adam' }, weightDecay },
    steps,
    batch: wineBatches(
      trainingRows,
      qualities(training),
      epochBatches(random, training.length, batch),
      batch,
    ),
    learningRate: cosineSchedule({ peak: learningRate, steps, warmUp }),
    async onStep(step) {
      if (!curve.add(step)) return
      const { mae, rmse } = await measure(step.parameters())
      const { epoch } = curve.close({ testLoss: rmse ** 2, testMae: mae })
      if (epoch % 10 === 0) report(`epoch ${epoch}/${epochs}  held-out mean absolute error ${mae.toFixed(4)}`)
    },
  })
  const time = stop()
  const result = await measure(parameters)
  const log: RunLog = {
    model: 'wine',
    version,
    ...time,
    seed,
    hyperparameters: {
      loss: 'mse',
      optimiser: 'adam',
      batch,
      epochs,
      steps,
      learningRate,
      warmUp,
      weightDecay,
    },
    data: {
      source: 'Wine Quality, white',
      trainingWines: training.length,
      heldOutWines: test.length,
      repairedCells: repaired,
    },
    environment: trainingEnvironment(),
    parameters: [...parameters.values()].reduce((sum, { length }) => sum + length, 0),
    metrics: { mae: result.mae, rmse: result.rmse, r2: result.r2 },
    curve: curve.points,
  }
  const baseline = evaluateRegression(new Float32Array(test.length).fill(mean), truth)
  return { model: withParameters(start, parameters), pipeline, log, result, baseline }
}

/** Quality in points of rows that went through the pipeline. */
export async function predictWines(
  model: ModelProto | Uint8Array,
  rows: Float32Array,
): Promise<Float32Array> {
  const engine = await openEngine(model instanceof Uint8Array ? model : writeModel(model))
  try {
    const results = await engine.run({
      [wineInput]: { dtype: 'float32', shape: [rows.length / columns, columns], data: rows },
    })
    return results[wineOutput]!.data as Float32Array
  } finally {
    await engine.close()
  }
}

/** Wines as the model's input, row-major. The page runs the same pipeline. */
export function encodeWines(pipeline: Pipeline, wines: readonly Wine[]): Float32Array {
  const { encode } = compilePipeline(pipeline, signature)
  return encode({ wine: wines.map(({ features }) => features) })[wineInput]!.data as Float32Array
}

const qualities = (wines: readonly Wine[]): Float32Array => Float32Array.from(wines, ({ quality }) => quality)

function wineBatches(
  rows: Float32Array,
  targets: Float32Array,
  indicesOf: (step: number) => Uint32Array,
  batch: number,
): (step: number) => Batch {
  return (step) => {
    const indices = indicesOf(step)
    const data = new Float32Array(batch * columns)
    for (const [at, index] of indices.entries())
      data.set(rows.subarray(index * columns, (index + 1) * columns), at * columns)
    return {
      inputs: { [wineInput]: { dtype: 'float32', shape: [batch, columns], data } },
      targets: {
        dtype: 'float32',
        shape: [batch, 1],
        data: Float32Array.from(indices, (index) => targets[index]!),
      },
    }
  }
}

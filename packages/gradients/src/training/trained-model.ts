import { type ModelProto, tensorHeader } from '@homing/onnx'
import { HomingError, type StepRecipe } from '@homing/protocol'

import { type RunningAverage, withBatchStatistics } from '../batch-statistics.ts'
import {
  type ForwardGraph,
  type ForwardOptions,
  readForwardGraph,
  withCurrentOpset,
} from '../forward-graph.ts'
import { selectTrainable } from '../trainable.ts'

/** A model read for training. */
export interface TrainedModel {
  readonly forward: ForwardGraph
  /** Names of the learned tensors that gradients change. */
  readonly trained: readonly string[]
  /** The stored averages that move with the statistics of the batch, and their shapes. */
  readonly averages: readonly (RunningAverage & { readonly shape: readonly number[] })[]
}

/**
 * Reads what of a model is trained, and how.
 * @throws HomingError as `trainingGraph`.
 */
export function readTrainedModel(
  given: ModelProto,
  { output, trainable, batchStatistics }: StepRecipe,
  dims: ForwardOptions['dims'],
): TrainedModel {
  const model = withCurrentOpset(given)
  const batched = batchStatistics ? withBatchStatistics(model) : { model, averages: [] }
  const forward = readForwardGraph(batched.model, { dims, output })
  const computed = new Set(forward.nodes.flatMap(({ proto }) => proto.output))
  const averages = batched.averages
    .filter(({ statistic }) => computed.has(statistic))
    .map((average) => ({ ...average, shape: storedShape(model, average) }))
  const trained = selectTrainable(forward, trainable)
  if (trained.length === 0)
    throw new HomingError('CONFIG_INVALID', 'The model has no tensor that can be trained')
  return { forward, trained, averages }
}

function storedShape({ graph }: ModelProto, { name }: RunningAverage): readonly number[] {
  const tensor = graph?.initializer.find((tensor) => tensor.name === name)
  if (!tensor) throw new HomingError('GRADIENT_UNSUPPORTED', `The running average "${name}" is not stored`)
  return tensorHeader(tensor).shape
}

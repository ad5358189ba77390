import { type ModelProto, tensorHeader, tensorTypeOf } from '@homing/onnx'
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
  mustBeSmooth(model, forward.output)
  const trained = selectTrainable(forward, trainable)
  if (trained.length === 0) refuseNone(forward)
  return { forward, trained, averages }
}

function mustBeSmooth({ graph }: ModelProto, { name, dtype }: ForwardGraph['output']): void {
  if (isTrainableType(dtype)) return
  const others = (graph?.output ?? []).filter((info) => isTrainableType(tensorTypeOf(info)?.dtype)).map(named)
  const hint = others.length > 0 ? `; choose ${others.join(' or ')}` : '; export the model in float32'
  throw new HomingError(
    'CONFIG_INVALID',
    `Output "${name}" is of type ${dtype}, and losses read float32 and float64${hint}`,
  )
}

function refuseNone({ initializers, output }: ForwardGraph): never {
  const odd = [...initializers.values()].filter((tensor) => !isTrainableType(tensorHeader(tensor).type))
  const types = odd.map((tensor) => `${named(tensor)} is of type ${tensorHeader(tensor).type}`)
  const hint =
    types.length > 0
      ? `float32 and float64 can be, ${types.slice(0, maxNamed).join(', ')}`
      : initializers.size > 0
        ? `none changes output ${named(output)} by way of float32 or float64`
        : `output ${named(output)} reads none that is stored`
  throw new HomingError('CONFIG_INVALID', `The model has no tensor that can be trained: ${hint}`)
}

/** Tensors that a message names. */
const maxNamed = 5

const isTrainableType = (dtype: string | undefined): boolean => dtype === 'float32' || dtype === 'float64'
const named = ({ name }: { readonly name: string }): string => `"${name}"`

function storedShape({ graph }: ModelProto, { name }: RunningAverage): readonly number[] {
  const tensor = graph?.initializer.find((tensor) => tensor.name === name)
  if (!tensor) throw new HomingError('GRADIENT_UNSUPPORTED', `The running average "${name}" is not stored`)
  return tensorHeader(tensor).shape
}

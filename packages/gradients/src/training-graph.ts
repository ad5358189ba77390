import { graphBuilder, type ModelProto, tensorHeader } from '@homing/onnx'
import { HomingError } from '@homing/protocol'

import { type RunningAverage, withBatchStatistics } from './batch-statistics.ts'
import { type Emitter, emitterOf, type ShapedValue } from './emitter.ts'
import { type ForwardOptions, readForwardGraph } from './forward-graph.ts'
import { type LossName, lossOf, type LossSettings } from './losses/loss-of.ts'
import { clipByNorm } from './optimisers/clip-by-norm.ts'
import { type OptimiserSettings, optimiserOf } from './optimisers/optimiser-of.ts'
import { writeGradients } from './reverse.ts'
import { selectTrainable } from './trainable.ts'

/** What is trained, on which loss, and how. */
export interface TrainingOptions extends ForwardOptions {
  /** Learned tensors by name, `*` for any run of characters. All that can be trained when absent. */
  readonly trainable?: readonly string[]
  readonly loss: LossName | LossSettings
  readonly optimiser: OptimiserSettings
  /**
   * Share of itself, times the learning rate, that a step takes from each trained tensor of rank 2 or more, apart
   * from the gradient (Loshchilov and Hutter 2019). Biases and scales are left alone. 0 when absent.
   */
  readonly weightDecay?: number
  /**
   * Whether BatchNormalization takes mean and variance of the batch and moves the stored averages, as when training
   * from scratch. Else it takes the stored averages, which stay as they are.
   */
  readonly batchStatistics?: boolean
  /**
   * Largest norm of all gradients together; larger ones are made smaller by one factor. The norm before that is then
   * the metric `gradient_norm`. No limit when absent.
   */
  readonly clipNorm?: number
}

/** A tensor that a step reads under `input` and gives anew under `output`. */
export interface Slot {
  readonly input: string
  readonly output: string
  readonly shape: readonly number[]
}

/** A trained tensor and what the optimiser keeps for it. The state is zeros before the first step. */
export interface ParameterSlot extends Slot {
  readonly state: readonly Slot[]
}

/** One training step as an ONNX model of standard operators, and the names of its inputs and outputs. */
export interface TrainingGraph {
  readonly model: ModelProto
  /** Inputs of the inference model, one batch of them. */
  readonly batch: readonly ShapedValue[]
  readonly targets: ShapedValue
  /** What a step changes: the trained tensors, then running averages, for which the optimiser keeps nothing. */
  readonly parameters: readonly ParameterSlot[]
  /** Float32 scalars: the learning rate, and the number of the step, from 1. */
  readonly learningRate: string
  readonly step: string
  /** Scalar outputs: the mean loss over the batch before the step, and further figures by name. */
  readonly loss: string
  readonly metrics: readonly string[]
}

/** Names of the inputs and outputs that a training graph adds to the model's own. */
const names = { targets: 'targets', learningRate: 'learning_rate', step: 'step', loss: 'loss' } as const

/**
 * Writes the training step of an inference model: forward, loss, gradients and optimiser. Shapes are fixed: `dims`
 * gives dynamic dimensions, such as the batch, their sizes.
 * @throws HomingError GRADIENT_UNSUPPORTED when an operator without gradient lies between the loss and a trained
 *   tensor (`details.trainable` lists what can be trained), CONFIG_INVALID for options that do not fit the model,
 *   ONNX_INVALID or ONNX_UNSUPPORTED for a model that cannot be read.
 */
export function trainingGraph(model: ModelProto, options: TrainingOptions): TrainingGraph {
  const batched = options.batchStatistics ? withBatchStatistics(model) : { model, averages: [] }
  const forward = readForwardGraph(batched.model, options)
  const averages = batched.averages.filter(({ statistic }) =>
    forward.nodes.some(({ proto }) => proto.output.includes(statistic)),
  )
  const trained = selectTrainable(forward, options.trainable)
  if (trained.length === 0)
    throw new HomingError('CONFIG_INVALID', 'The model has no tensor that can be trained')
  const { clipNorm } = options
  if (clipNorm !== undefined && !(clipNorm > 0))
    throw new HomingError('CONFIG_INVALID', `The largest norm must be above 0, not ${clipNorm}`)
  const loss = lossOf(options.loss)
  const optimiser = optimiserOf(options.optimiser)

  const builder = graphBuilder('training', { opset: forward.opset })
  const input = (name: string, { dtype, shape }: Pick<ShapedValue, 'dtype' | 'shape'>): ShapedValue => {
    builder.input(name, dtype, shape)
    return { name, dtype, shape }
  }
  const batch = forward.inputs.map((value) => input(value.name, value))
  const targets = input(names.targets, loss.targets(forward.output))
  const parameters = trained.map((name) => input(name, forward.values.get(name)!))
  const states = parameters.map((parameter) =>
    Object.fromEntries(optimiser.state.map((name) => [name, input(`${parameter.name}/${name}`, parameter)])),
  )
  const scalar = { dtype: 'float32', shape: [] } as const
  const olds = averages.map((average) => input(average.name, storedAverage(model, average)))
  const rate = input(names.learningRate, scalar)
  const step = input(names.step, scalar)
  for (const tensor of forward.initializers.values())
    if (!trained.includes(tensor.name)) builder.initializer(tensor)
  for (const { proto } of forward.nodes) builder.node(proto)

  const emit = emitterOf(builder)
  const written = loss.write(emit, forward.output, targets)
  const raw = writeGradients(forward, emit, written.gradient, trained)
  const clipped = clipNorm === undefined ? undefined : clipByNorm(emit, raw, clipNorm)
  const gradients = clipped?.gradients ?? raw
  const metrics = { ...written.metrics, ...(clipped && { gradient_norm: clipped.norm }) }
  const update = optimiser.begin(emit, rate, step)
  const slot = (value: ShapedValue, next: ShapedValue): Slot => {
    const output = `${value.name}/next`
    builder.output(output, next)
    return { input: value.name, output, shape: value.shape }
  }
  builder.output(names.loss, written.loss)
  for (const [name, value] of Object.entries(metrics)) builder.output(name, value)
  const slots = parameters.map((parameter, index): ParameterSlot => {
    const old = states[index]!
    const { decrease, state } = update({ parameter, gradient: gradients.get(parameter.name)!, state: old })
    const kept = decayed(emit, parameter, rate, options.weightDecay ?? 0)
    const next = slot(parameter, emit.binary('Sub', kept, decrease))
    return { ...next, state: optimiser.state.map((name) => slot(old[name]!, state[name]!)) }
  })
  const moved = averages.map(({ statistic, momentum }, index): ParameterSlot => {
    const old = olds[index]!
    const current = emit.reshape(forward.values.get(statistic)!, old.shape)
    const next = emit.binary(
      'Add',
      emit.binary('Mul', old, momentum),
      emit.binary('Mul', current, 1 - momentum),
    )
    return { ...slot(old, next), state: [] }
  })
  return {
    ...names,
    model: builder.build(),
    batch,
    targets,
    parameters: [...slots, ...moved],
    metrics: Object.keys(metrics),
  }
}

function decayed(emit: Emitter, parameter: ShapedValue, rate: ShapedValue, share: number): ShapedValue {
  if (share === 0 || parameter.shape.length < 2) return parameter
  return emit.binary('Mul', parameter, emit.binary('Sub', 1, emit.binary('Mul', rate, share)))
}

function storedAverage(
  { graph }: ModelProto,
  { name }: RunningAverage,
): Pick<ShapedValue, 'dtype' | 'shape'> {
  const tensor = graph?.initializer.find((tensor) => tensor.name === name)
  if (!tensor) throw new HomingError('GRADIENT_UNSUPPORTED', `The running average "${name}" is not stored`)
  return { dtype: 'float32', shape: tensorHeader(tensor).shape }
}

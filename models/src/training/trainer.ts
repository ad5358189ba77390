import { type ModelProto, readTensor, writeModel } from '@homing/onnx'
import { trainingGraph, type TrainingGraph, type TrainingOptions } from '@homing/gradients'
import { HomingError } from '@homing/protocol'

import { type EngineTensor, openEngine } from './engine.ts'

/** One batch: the model's inputs by name, and the targets. */
export interface Batch {
  readonly inputs: Readonly<Record<string, EngineTensor>>
  readonly targets: EngineTensor
}

/** What a step reports: the mean loss over its batch, and the loss's further figures by name. */
export interface StepReport {
  readonly step: number
  readonly loss: number
  readonly metrics: Readonly<Record<string, number>>
  /** The trained tensors after the step, by name. */
  readonly parameters: () => Map<string, Float32Array>
}

/** A training run. Steps count from 1. */
export interface TrainingRun {
  readonly model: ModelProto
  readonly options: TrainingOptions
  readonly steps: number
  readonly batch: (step: number) => Batch
  readonly learningRate: (step: number) => number
  readonly onStep?: (report: StepReport) => void | Promise<void>
}

/**
 * Trains a model by running its training graph step after step.
 * @returns the trained tensors by name.
 * @throws HomingError TRAINING_DIVERGED, `details.step` saying where, when the loss is no longer a number.
 */
export async function train({
  model,
  options,
  steps,
  batch,
  learningRate,
  onStep,
}: TrainingRun): Promise<Map<string, Float32Array>> {
  const graph = trainingGraph(model, options)
  const engine = await openEngine(writeModel(graph.model))
  try {
    let tensors = startingTensors(model, graph)
    for (let step = 1; step <= steps; step++) {
      const { inputs, targets } = batch(step)
      const results = await engine.run({
        ...inputs,
        ...tensors,
        [graph.targets.name]: targets,
        [graph.learningRate]: scalar(learningRate(step)),
        [graph.step]: scalar(step),
      })
      const loss = results[graph.loss]!.data[0]!
      if (!Number.isFinite(loss)) {
        throw new HomingError('TRAINING_DIVERGED', `The loss became ${loss} at step ${step}`, {
          details: { step },
        })
      }
      tensors = Object.fromEntries(slots(graph).map(({ input, output }) => [input, results[output]!]))
      const metrics = Object.fromEntries(graph.metrics.map((name) => [name, results[name]!.data[0]!]))
      await onStep?.({ step, loss, metrics, parameters: () => parametersOf(graph, tensors) })
    }
    return parametersOf(graph, tensors)
  } finally {
    await engine.close()
  }
}

const slots = ({ parameters }: TrainingGraph) => parameters.flatMap(({ state, ...slot }) => [slot, ...state])

function parametersOf(
  { parameters }: TrainingGraph,
  tensors: Readonly<Record<string, EngineTensor>>,
): Map<string, Float32Array> {
  return new Map(parameters.map(({ input }) => [input, tensors[input]!.data as Float32Array]))
}

/** Parameters as the model has them, optimiser state at zero. */
function startingTensors(model: ModelProto, graph: TrainingGraph): Record<string, EngineTensor> {
  const learned = new Map(model.graph?.initializer.map((tensor) => [tensor.name, tensor]))
  return Object.fromEntries(
    slots(graph).map(({ input, shape }) => {
      const tensor = learned.get(input)
      const data = tensor
        ? (readTensor(tensor).data as Float32Array)
        : new Float32Array(shape.reduce((product, dim) => product * dim, 1))
      return [input, { dtype: 'float32', shape, data }]
    }),
  )
}

function scalar(value: number): EngineTensor {
  return { dtype: 'float32', shape: [], data: Float32Array.of(value) }
}

import { graphBuilder, type ModelProto } from '@homing/onnx'

import { runnable } from './backend-support.ts'
import { emitterOf, type ShapedValue } from './emitter.ts'
import { freeNames } from './free-names.ts'
import { lossOf } from './losses/loss-of.ts'
import { optimiserOf } from './optimisers/optimiser-of.ts'
import { recomputation } from './recompute.ts'
import { writeGradients } from './reverse.ts'
import { withProximalTerm } from './training/proximal-term.ts'
import { declareStepInputs, type Targets } from './training/step-inputs.ts'
import { declareStepOutputs } from './training/step-outputs.ts'
import { readTrainedModel } from './training/trained-model.ts'
import { recipeOf, type TrainingOptions } from './training/training-options.ts'
import type { ParameterSlot } from './training/training-slots.ts'
import { writeUpdate } from './training/write-update.ts'
import { withoutDeadNodes } from './without-dead-nodes.ts'
import { writeForward } from './write-forward.ts'

/** One training step as an ONNX model of standard operators, and the names of its inputs and outputs. */
export interface TrainingGraph {
  readonly model: ModelProto
  /** Inputs of the inference model, one batch of them. */
  readonly batch: readonly ShapedValue[]
  /** What the loss compares the output with; for class indices, `classes` says how many there are. */
  readonly targets: Targets
  /** What a step changes: the trained tensors, then running averages, for which the optimiser keeps nothing. */
  readonly parameters: readonly ParameterSlot[]
  /** Float32 scalars: the learning rate, and the number of the step, from 1. */
  readonly learningRate: string
  readonly step: string
  /** Scalar outputs: the mean loss over the batch before the step, and further figures by name. */
  readonly loss: string
  readonly metrics: readonly string[]
}

/**
 * Writes the training step of an inference model: forward, loss, gradients and optimiser. Shapes are fixed: `dims`
 * gives dynamic dimensions, such as the batch, their sizes.
 * @throws HomingError GRADIENT_UNSUPPORTED when an operator without gradient lies between the loss and a trained
 *   tensor (`details.trainable` lists what can be trained), CONFIG_INVALID for options that do not fit the model,
 *   ONNX_INVALID or ONNX_UNSUPPORTED for a model that cannot be read.
 */
export function trainingGraph(model: ModelProto, options: TrainingOptions): TrainingGraph {
  const recipe = recipeOf(options)
  const trainedModel = readTrainedModel(model, recipe, options.dims)
  const { forward, trained, averages } = trainedModel
  const loss = lossOf(recipe.loss, forward.opset, options.lossGraph)
  const optimiser = optimiserOf(recipe.optimiser)

  const builder = graphBuilder('training', forward)
  const nameOf = freeNames(
    forward,
    averages.map(({ name }) => name),
  )
  const inputs = declareStepInputs(builder, trainedModel, recipe, loss, optimiser.state, nameOf)
  writeForward(builder, forward, trained)

  const emit = emitterOf(builder)
  const { metrics, ...written } = loss.write(emit, forward.output, inputs.targets)
  const revisit = recipe.recompute ? recomputation(forward, emit, trained) : undefined
  const gradients = writeGradients(forward, emit, written.gradient, trained, revisit)
  const plain = { loss: written.loss, gradients }
  const { proximal = 0 } = recipe
  const pulled = proximal > 0 ? withProximalTerm(emit, plain, inputs.tensors, proximal) : undefined
  const objective = pulled ?? plain
  const update = writeUpdate(emit, recipe, optimiser, inputs, objective)
  const figures = {
    loss: objective.loss,
    ...metrics,
    ...(pulled && { proximal: pulled.term }),
    ...(update.norm && { gradient_norm: update.norm }),
  }
  const outputs = declareStepOutputs(builder, emit, trainedModel, inputs, update, figures, nameOf)
  return {
    ...outputs,
    model: runnable(withoutDeadNodes(builder.build())),
    batch: inputs.batch,
    targets: inputs.targets,
    learningRate: inputs.learningRate.name,
    step: inputs.step.name,
  }
}

import type { GraphBuilder } from '@homing/onnx'
import type { StepRecipe } from '@homing/protocol'

import { declareInput } from '../declare-input.ts'
import type { ShapedValue } from '../emitter.ts'
import type { Loss } from '../losses/loss.ts'
import { accumulatedState } from './accumulation.ts'
import type { TrainedModel } from './trained-model.ts'
import type { TrainedTensor } from './trained-tensor.ts'

/** What the output is compared with; below `classes` where it is class indices. */
export interface Targets extends ShapedValue {
  readonly classes?: number
}

/** What a step is fed. */
export interface StepInputs {
  readonly batch: readonly ShapedValue[]
  readonly targets: Targets
  readonly tensors: readonly TrainedTensor[]
  readonly averages: readonly ShapedValue[]
  /** Float32 scalars: the learning rate, and the number of the step, from 1. */
  readonly learningRate: ShapedValue
  readonly step: ShapedValue
}

/** Declares the inputs of a training graph; `state` names what the optimiser keeps for each trained tensor. */
export function declareStepInputs(
  builder: GraphBuilder,
  { forward, trained, averages }: TrainedModel,
  { accumulate = 1, proximal = 0 }: StepRecipe,
  loss: Loss,
  state: readonly string[],
  nameOf: (wanted: string) => string,
): StepInputs {
  const scalar = (name: string) => declareInput(builder, nameOf(name), { dtype: 'float32', shape: [] })
  const batch = forward.inputs.map((value) => declareInput(builder, value.name, value))
  const type = loss.targets(forward.output)
  const targets = { ...type, ...declareInput(builder, nameOf('targets'), type) }
  const parameters = trained.map((name) => declareInput(builder, name, forward.values.get(name)!))
  const kept = accumulate > 1 ? [...state, accumulatedState] : state
  const tensors = parameters.map((parameter): TrainedTensor => {
    const beside = (name: string) => declareInput(builder, nameOf(`${parameter.name}/${name}`), parameter)
    const states = Object.fromEntries(kept.map((name) => [name, beside(name)]))
    return { parameter, state: states, ...(proximal > 0 && { anchor: beside('anchor') }) }
  })
  return {
    batch,
    targets,
    tensors,
    averages: averages.map(({ name, shape }) => declareInput(builder, name, { dtype: 'float32', shape })),
    learningRate: scalar('learning_rate'),
    step: scalar('step'),
  }
}

import type { GraphBuilder } from '@homing/onnx'

import type { Emitter, ShapedValue } from '../emitter.ts'
import { movedAverage } from './moved-average.ts'
import type { StepInputs } from './step-inputs.ts'
import type { TrainedModel } from './trained-model.ts'
import type { ParameterSlot, Slot } from './training-slots.ts'
import type { Update } from './write-update.ts'

/** What a step gives, by the names of its outputs. */
export interface StepOutputs {
  readonly parameters: readonly ParameterSlot[]
  readonly loss: string
  readonly metrics: readonly string[]
}

/** Declares the outputs of a training graph: loss, figures, and everything that a step changes. */
export function declareStepOutputs(
  builder: GraphBuilder,
  emit: Emitter,
  { forward, averages }: TrainedModel,
  inputs: StepInputs,
  update: Update,
  { loss, ...figures }: { readonly loss: ShapedValue } & Readonly<Record<string, ShapedValue>>,
  nameOf: (wanted: string) => string,
): StepOutputs {
  const output = (wanted: string, value: ShapedValue): string => {
    const name = nameOf(wanted)
    builder.output(name, value)
    return name
  }
  const slot = ({ name, shape }: ShapedValue, next: ShapedValue): Slot => {
    return { input: name, output: output(`${name}/next`, next), shape }
  }
  const lossName = output('loss', loss)
  const metrics = Object.entries(figures).map(([name, value]) => output(name, value))
  const slots = inputs.tensors.map(({ parameter, state, anchor }, index): ParameterSlot => {
    const next = update.tensors[index]!
    return {
      ...slot(parameter, next.parameter),
      ...(anchor && { anchor: anchor.name }),
      state: Object.entries(state).map(([name, old]) => slot(old, next.state[name]!)),
    }
  })
  const moved = averages.map((average, index): ParameterSlot => {
    const old = inputs.averages[index]!
    const next = movedAverage(emit, old, forward.values.get(average.statistic)!, average)
    return { ...slot(old, next), state: [] }
  })
  return { parameters: [...slots, ...moved], loss: lossName, metrics }
}

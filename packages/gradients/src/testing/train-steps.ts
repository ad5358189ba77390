import type { ModelProto } from '@homing/onnx'

import type { TrainingGraph } from '../training-graph.ts'
import { type Numbers, openModel } from './run-model.ts'
import { tensorsOf } from './trainer.ts'

/** What a run of training steps gives. */
export interface TrainedSteps {
  /** Parameters and state after the last step. */
  readonly tensors: Readonly<Record<string, Numbers>>
  /** The outputs of each step, loss and metrics among them. */
  readonly outputs: readonly Readonly<Record<string, Float32Array>>[]
}

/** Runs one training step for each of `batches`, from the model's parameters and a state of zeros; `others` are fed besides. */
export async function trainSteps(
  model: ModelProto,
  graph: TrainingGraph,
  batches: readonly Readonly<Record<string, Numbers>>[],
  learningRate: number,
  others: Readonly<Record<string, Numbers>> = {},
): Promise<TrainedSteps> {
  const slots = graph.parameters.flatMap((slot) => [slot, ...slot.state])
  const start = tensorsOf(model)
  const anchors = graph.parameters.flatMap(({ anchor, input }): [string, Numbers][] =>
    anchor ? [[anchor, start[input]!]] : [],
  )
  let tensors: Record<string, Numbers> = Object.fromEntries(
    slots.map(({ input, shape }) => [
      input,
      start[input] ?? { shape, data: new Float32Array(volume(shape)) },
    ]),
  )
  const outputs: Record<string, Float32Array>[] = []
  const open = await openModel(graph.model)
  try {
    for (const [index, batch] of batches.entries()) {
      const scalars = { [graph.learningRate]: scalar(learningRate), [graph.step]: scalar(index + 1) }
      const results = await open.run({
        ...batch,
        ...tensors,
        ...Object.fromEntries(anchors),
        ...scalars,
        ...others,
      })
      outputs.push(results)
      tensors = Object.fromEntries(
        slots.map(({ input, output, shape }) => [input, { shape, data: results[output]! }]),
      )
    }
  } finally {
    await open.close()
  }
  return { tensors, outputs }
}

const volume = (shape: readonly number[]): number => shape.reduce((product, dim) => product * dim, 1)
const scalar = (value: number): Numbers => ({ shape: [], data: Float32Array.of(value) })

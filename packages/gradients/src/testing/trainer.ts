import { readTensor } from '@homing/onnx'
import type { ModelProto } from '@homing/onnx'

import type { TrainingGraph } from '../training-graph.ts'
import type { Numbers, OpenModel } from './run-model.ts'

/** A training graph at work: each step starts from what the last one gave. */
export interface Trainer {
  /** One step over `feeds`, the batch and its targets; gives the loss before it. */
  step(feeds: Readonly<Record<string, Numbers>>, learningRate: number): Promise<number>
  /** The latest of what is trained, and of the optimiser's state. */
  readonly values: ReadonlyMap<string, Numbers>
}

/** Starts training on an open training graph from the tensors of the inference model, and state of zeros. */
export function trainerOf(
  open: Pick<OpenModel, 'run'>,
  graph: TrainingGraph,
  start: Readonly<Record<string, Numbers>>,
): Trainer {
  const slots = graph.parameters.flatMap((parameter) => [parameter, ...parameter.state])
  const values = new Map<string, Numbers>(
    slots.map(({ input, shape }) => {
      const count = shape.reduce((product, dim) => product * dim, 1)
      return [input, start[input] ?? { shape, data: new Float32Array(count) }]
    }),
  )
  let count = 0
  return {
    values,
    async step(feeds, learningRate) {
      count += 1
      const results = await open.run({
        ...feeds,
        ...Object.fromEntries(values),
        [graph.learningRate]: { shape: [], data: Float32Array.of(learningRate) },
        [graph.step]: { shape: [], data: Float32Array.of(count) },
      })
      for (const { input, output, shape } of slots) values.set(input, { shape, data: results[output]! })
      return results[graph.loss]![0]!
    },
  }
}

/** A model's learned tensors of floating-point numbers, by name. */
export function tensorsOf({ graph }: ModelProto): Record<string, Numbers> {
  const tensors = (graph?.initializer ?? []).flatMap((proto) => {
    const { shape, data } = readTensor(proto)
    return data instanceof Float32Array ? [[proto.name, { shape, data }] as const] : []
  })
  return Object.fromEntries(tensors)
}

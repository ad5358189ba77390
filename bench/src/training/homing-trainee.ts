import { trainingGraph } from '@homing/gradients'
import { readTensor, writeModel } from '@homing/onnx'
import * as ort from 'onnxruntime-web/wasm'

import { batches, batchSize } from './batches.ts'
import type { Network } from './network.ts'
import { type ForwardTrainee, learningRate, momentum } from './trainee.ts'

/** A training graph on onnxruntime-web's WASM with one thread; its tensors are fed and taken as the SDK does. */
export async function homingTrainee({ onnx, image }: Network): Promise<ForwardTrainee> {
  ort.env.wasm.numThreads = 1
  const graph = trainingGraph(onnx, {
    dims: { batch: batchSize },
    loss: 'softmax-cross-entropy',
    optimiser: { kind: 'momentum', decay: momentum },
  })
  const options = {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  } as const
  const inference = await ort.InferenceSession.create(writeModel(onnx), options)
  const training = await ort.InferenceSession.create(writeModel(graph.model), options)
  const zeros = (shape: readonly number[]) => new Float32Array(shape.reduce((a, b) => a * b, 1))
  const learned = new Map(onnx.graph?.initializer.map((tensor) => [tensor.name, tensor]))
  const slots = graph.parameters.flatMap(({ state, ...slot }) => [slot, ...state])
  const epoch = batches.map(({ images, labels }) => ({
    x: new ort.Tensor('float32', images, [batchSize, ...image.onnx]),
    y: new ort.Tensor('int32', labels, [batchSize]),
  }))
  let tensors: Record<string, ort.Tensor> = Object.fromEntries(
    slots.map(({ input, shape }) => {
      const tensor = learned.get(input)
      const data = tensor ? (readTensor(tensor).data as Float32Array).slice() : zeros(shape)
      return [input, new ort.Tensor('float32', data, shape)]
    }),
  )
  let steps = 0
  const scalar = (value: number) => new ort.Tensor('float32', [value], [])
  return {
    async step() {
      const { x, y } = epoch[steps++ % epoch.length]!
      const results = await training.run({
        ...tensors,
        [graph.batch[0]!.name]: x,
        [graph.targets.name]: y,
        [graph.learningRate]: scalar(learningRate),
        [graph.step]: scalar(steps),
      })
      for (const { data } of Object.values(tensors)) giveBack((data as Float32Array).buffer)
      tensors = Object.fromEntries(slots.map(({ input, output }) => [input, results[output]!]))
      return Number(results[graph.loss]!.data[0])
    },
    async forward() {
      await inference.run({ [inference.inputNames[0]!]: epoch[0]!.x })
    },
  }
}

/** Frees the memory of what was fed, as the SDK's trainer does. */
function giveBack(buffer: ArrayBufferLike): void {
  const { transfer } = buffer as { readonly transfer?: (length: number) => unknown }
  transfer?.call(buffer, 0)
}

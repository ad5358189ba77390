import { makeTensor, type ModelProto } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import { mergeAdapters } from '../../lora/merge-adapters.ts'
import { withAdapters } from '../../lora/with-adapters.ts'
import { trainingGraph, type TrainingOptions } from '../../index.ts'
import { encoder } from '../models/encoder.ts'
import { mobilenet } from '../models/mobilenet.ts'
import type { Numbers } from '../run-model.ts'
import { tensorsOf, trainerOf } from '../trainer.ts'
import { openOn } from './open-on.ts'
import { firstWords, sidesOfLight, type Task } from './tiny-tasks.ts'

/** Trains on plain onnxruntime-web, the whole task in each step. */
async function train(
  model: ModelProto,
  { x, targets }: Task,
  options: Pick<TrainingOptions, 'trainable' | 'optimiser'> & { steps: number; learningRate: number },
) {
  const { steps, learningRate, ...recipe } = options
  const dims = { batch: targets.data.length }
  const graph = trainingGraph(model, { dims, loss: 'softmax-cross-entropy', ...recipe })
  const open = await openOn('wasm', graph.model)
  const trainer = trainerOf(open, graph, tensorsOf(model))
  const losses: number[] = []
  for (let step = 0; step < steps; step++) losses.push(await trainer.step({ x, targets }, learningRate))
  await open.close()
  return { graph, losses, values: trainer.values }
}

/** The model with other numbers in the tensors that training changed. */
function withValues(model: ModelProto, values: ReadonlyMap<string, Numbers>): ModelProto {
  const graph = model.graph!
  const initializer = graph.initializer.map((tensor) => {
    const value = values.get(tensor.name)
    return value ? makeTensor(tensor.name, 'float32', value.shape, value.data) : tensor
  })
  return { ...model, graph: { ...graph, initializer } }
}

async function logitsOf(model: ModelProto, x: Numbers): Promise<number[]> {
  const open = await openOn('wasm', model)
  const { logits } = await open.run({ x })
  await open.close()
  return [...logits!]
}

describe('fine-tuning in the browser, on plain onnxruntime-web', () => {
  it('the head alone of a network of the shape of MobileNetV2', async () => {
    const { graph, losses } = await train(mobilenet(), sidesOfLight(16), {
      trainable: ['head.*'],
      optimiser: { kind: 'adam' },
      steps: 40,
      learningRate: 0.05,
    })
    expect(graph.parameters.map(({ input }) => input)).toEqual(['head.weight', 'head.bias'])
    const changed = graph.parameters.flatMap(({ output, state }) => [
      output,
      ...state.map((slot) => slot.output),
    ])
    const outputs = graph.model.graph!.output.map(({ name }) => name)
    expect(outputs.sort()).toEqual([graph.loss, ...graph.metrics, ...changed].sort())
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 10)
  })

  it('low-rank adapters on a transformer, merged for serving', async () => {
    const task = firstWords(11)
    const weights = ['*.qkv.weight', '*.up.weight', '*.down.weight', 'head.weight']
    const adapted = withAdapters(encoder(), { weights, rank: 2, seed: 1 })
    const { graph, losses, values } = await train(adapted, task, {
      trainable: ['*/lora_*'],
      optimiser: { kind: 'adam' },
      steps: 80,
      learningRate: 0.03,
    })
    expect(graph.parameters.every(({ input }) => /\/lora_[ab]$/.test(input))).toBe(true)
    expect(graph.parameters).toHaveLength(2 * 7)
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 4)

    const apart = withValues(adapted, values)
    const merged = mergeAdapters(apart)
    expect(merged.graph!.node.map(({ opType }) => opType)).toEqual(
      encoder().graph!.node.map(({ opType }) => opType),
    )
    const [kept, joined, before] = await Promise.all(
      [apart, merged, encoder()].map((model) => logitsOf(model, task.x)),
    )
    const distance = (a: number[], b: number[]): number => Math.hypot(...a.map((value, i) => value - b[i]!))
    expect(distance(kept!, joined!)).toBeLessThan(1e-4 * Math.hypot(...kept!))
    expect(distance(kept!, before!)).toBeGreaterThan(0.1 * Math.hypot(...before!))
  })
})

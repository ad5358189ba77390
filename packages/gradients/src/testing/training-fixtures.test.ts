import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'

import { graphBuilder, type ModelProto, writeModel } from '@homing/onnx'
import type { StepRecipe } from '@homing/protocol'
import { expect, it } from 'vitest'

import { trainingGraph } from '../training-graph.ts'

const batch = 4

/** `TensorProto.DataLocation.EXTERNAL` */
const externalLocation = 1

const classes = { kind: 'softmax-cross-entropy' } as const

/** Every loss, optimiser and term of a recipe at least once. */
const recipes: Readonly<Record<string, StepRecipe>> = {
  classes: { loss: classes, optimiser: { kind: 'adam' } },
  plain: { loss: classes, optimiser: { kind: 'sgd' } },
  bias: { loss: classes, optimiser: { kind: 'sgd' }, trainable: ['bias'] },
  shares: {
    loss: { ...classes, oneHot: true, labelSmoothing: 0.1, classWeights: [1, 2, 0.5] },
    optimiser: { kind: 'momentum', decay: 0.8 },
  },
  weighted: {
    loss: { ...classes, classWeights: [1, 2, 0.5] },
    optimiser: { kind: 'momentum', nesterov: true },
  },
  logits: { loss: { kind: 'binary-cross-entropy' }, optimiser: { kind: 'adam', beta1: 0.8, epsilon: 1e-6 } },
  squares: { loss: { kind: 'mse' }, optimiser: { kind: 'adam' }, weightDecay: 0.1 },
  absolute: { loss: { kind: 'mae' }, optimiser: { kind: 'sgd' }, clipNorm: 0.05 },
  huber: { loss: { kind: 'huber', delta: 0.5 }, optimiser: { kind: 'sgd' }, proximal: 0.5 },
  ranking: { loss: { kind: 'pairwise-ranking' }, optimiser: { kind: 'momentum' } },
  gathered: { loss: classes, optimiser: { kind: 'adam' }, accumulate: 2, clipNorm: 0.1 },
}

/** x [batch, 4] times kernel plus bias: the tiny dense layer of the SDK's tests. */
function dense(): ModelProto {
  const g = graphBuilder('dense')
  const x = g.input('x', 'float32', ['batch', 4])
  const kernel = g.parameter('kernel', 'float32', [4, 3], new Float32Array(12))
  const bias = g.parameter('bias', 'float32', [3], new Float32Array(3))
  g.output('y', g.op('Add', [g.op('MatMul', [x, kernel]), bias]), 'float32', ['batch', 3])
  return g.build()
}

/** What is not trained lies in the package's parameter file: the kernel of 48 bytes, then the bias. */
function placeOutside({ graph }: ModelProto): void {
  for (const tensor of graph!.initializer.filter(({ name }) => name === 'kernel')) {
    const place = { location: 'parameters.bin', offset: '0', length: '48' }
    const externalData = Object.entries(place).map(([key, value]) => ({
      $typeName: 'onnx.StringStringEntryProto',
      key,
      value,
    }))
    Object.assign(tensor, { rawData: new Uint8Array(), dataLocation: externalLocation, externalData })
  }
}

function fixture(recipe: StepRecipe): object {
  const graph = trainingGraph(dense(), { ...recipe, dims: { batch } })
  placeOutside(graph.model)
  const named = (slot: { input: string; output: string }) => ({ input: slot.input, output: slot.output })
  return {
    recipe: { ...recipe, learningRate: 0.1, batch, epochs: 2 },
    inputs: graph.batch.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    targets: graph.targets,
    tensors: graph.parameters.map(({ input }) => input),
    graph: {
      slots: graph.parameters.map(({ state, anchor, ...slot }) => ({
        ...named(slot),
        ...(anchor !== undefined && { anchor }),
        state: state.map(named),
      })),
      learningRate: graph.learningRate,
      step: graph.step,
      loss: graph.loss,
      metrics: graph.metrics,
    },
    model: Buffer.from(writeModel(graph.model)).toString('base64'),
  }
}

/** The SDK may not import this package: its tests read the graphs from here. Delete the file to have it written anew. */
const file = new URL('../../../sdk/test/generated/training-fixtures.json', import.meta.url)

it("has written the graphs of the SDK's tests, with the names that it gives today", async () => {
  const written = Object.fromEntries(Object.entries(recipes).map(([name, recipe]) => [name, fixture(recipe)]))
  if (!existsSync(file)) await writeFile(file, `${JSON.stringify(written, null, 2)}\n`)
  const stored = JSON.parse(await readFile(file, 'utf8')) as typeof written
  expect(namesIn(stored)).toEqual(namesIn(written))
})

/** Everything but the graphs: those of yesterday, as they were published, must go on to run. */
function namesIn(fixtures: Readonly<Record<string, object>>): object {
  const entries = Object.entries(fixtures).map(([name, value]) => [name, { ...value, model: undefined }])
  return JSON.parse(JSON.stringify(Object.fromEntries(entries))) as object
}

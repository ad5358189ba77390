import { join } from 'node:path'

import { float, graphBuilder, type GraphBuilder, readModel, writeModel } from '@homing/onnx'
import { parseManifest, paths } from '@homing/protocol'
import { describe, expect, test } from 'vitest'
import { readFile } from 'node:fs/promises'

import { classifier, examples } from '../../test/classifier-fixture.ts'
import { code, file, temporaryFolder } from '../../test/fixture.ts'
import { endInMaps, joinedShards } from '../../test/onnx-fixture.ts'
import { packedGraph, runGraph, trainPacked } from '../../test/packed-graphs.ts'
import { graphFixture, layersFixture } from '../../test/tfjs-fixture.ts'
import { pack } from './pack.ts'
import type { PackOptions } from './pack-options.ts'

const flags = { model: 'net', version: '1.0.0' }

/** Packs a model that stands in a file, as a user does. */
async function packed(
  model: Uint8Array,
  options: PackOptions = { train: true },
  edits: Record<string, unknown> = {},
) {
  const folder = await temporaryFolder()
  await file(folder, 'model.onnx', model)
  const source = await file(folder, 'pack.json', { ...flags, source: 'model.onnx', ...edits })
  return pack(source, { out: join(folder, 'out'), ...options })
}

/** A model of one output from what `build` writes. */
function modelOf(build: (g: GraphBuilder) => void, opset = 17): Uint8Array {
  const g = graphBuilder('model', { opset })
  build(g)
  return writeModel(g.build())
}

const labels = ['a', 'b', 'c']
const classes = (activation: string) => ({
  inputs: [],
  outputs: [{ kind: 'classification', tensor: 'y', activation, labels }],
})

describe('a training graph', () => {
  test('learns, step after step, from the package alone', async () => {
    const { folder, manifest } = await packed(
      classifier(),
      { train: { learningRate: 0.1, batch: 6 } },
      {
        pipeline: classes('softmax'),
      },
    )
    expect(manifest.training).toMatchObject({
      inference: manifest.graph.sha256,
      recipe: {
        output: 'y',
        loss: { kind: 'softmax-cross-entropy' },
        optimiser: { kind: 'momentum', decay: 0.9 },
        batch: 6,
        epochs: 3,
        learningRate: 0.1,
      },
      inputs: [{ name: 'x', dtype: 'float32', shape: [6, 4] }],
      targets: { name: 'targets', dtype: 'int32', shape: [6], classes: 3 },
      tensors: ['body.weight', 'body.bias', 'head.weight', 'head.bias'],
    })
    const losses = await trainPacked(folder, manifest, examples(6), 20)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 4)
    const bytes = await readFile(join(folder, paths.manifest('net', '1.0.0')))
    expect(parseManifest(bytes)).toEqual(manifest)
  })

  test('is a few KB, tells its inference graph, and has equal bytes for equal input', async () => {
    const { folder, manifest } = await packed(classifier())
    const graph = await packedGraph(folder, manifest.training!.graph!.file)
    expect(graph.metadataProps.map(({ key, value }) => [key, value])).toEqual([
      ['homing.inference', manifest.graph.sha256],
    ])
    expect(manifest.training!.graph!.file.size).toBeLessThan(10_000)
    expect((await packed(classifier())).manifest).toEqual(manifest)
  })

  test('reads the tensors that it does not change from the parameter file', async () => {
    const { folder, manifest } = await packed(classifier(), {
      train: { trainable: 'head', batch: 6, loss: { kind: 'softmax-cross-entropy' } },
    })
    expect(manifest.training!.tensors).toEqual(['head.weight', 'head.bias'])
    const graph = await packedGraph(folder, manifest.training!.graph!.file)
    const places = manifest.parameters.tensors.slice(0, 2).map(({ name, offset, size }) => [
      name,
      [
        ['location', manifest.parameters.path],
        ['offset', String(offset)],
        ['length', String(size)],
      ],
    ])
    expect(
      graph
        .graph!.initializer.filter(({ externalData }) => externalData.length > 0)
        .map(({ name, externalData }) => [name, externalData.map(({ key, value }) => [key, value])]),
    ).toEqual(places)
    const [loss] = await trainPacked(folder, manifest, examples(6), 1)
    const other = new Uint8Array(await joinedShards(folder, manifest.parameters.shards))
    other.fill(0, 0, manifest.parameters.tensors[0]!.size)
    const [changed] = await trainPacked(folder, manifest, examples(6), 1, { data: other })
    expect(Math.abs(changed! - loss!)).toBeGreaterThan(0.01)
  })

  test('numbers that belong to a formula are not trained', async () => {
    const { manifest } = await packed(
      classifier((g, y) => g.op('Mul', [y, g.initializer(readModel(scale()).graph!.initializer[0]!)])),
    )
    expect(manifest.training!.tensors).toEqual(['body.weight', 'body.bias', 'head.weight', 'head.bias'])
    const named = packed(
      classifier((g, y) => g.op('Mul', [y, g.initializer(readModel(scale()).graph!.initializer[0]!)])),
      {
        train: { trainable: ['factor'] },
      },
    )
    await expect(named).rejects.toThrow(code('CONFIG_INVALID'))
  })

  test('trains tensors whose names are too long for a manifest', async () => {
    const long = 'layer.'.repeat(100)
    const model = modelOf((g) => {
      const x = g.input('x', 'float32', ['batch', 4])
      const hidden = g.op('MatMul', [x, g.parameter(`${long}1`, 'float32', [4, 4], new Array(16).fill(0.1))])
      const head = g.parameter(
        `${long}2`,
        'float32',
        [4, 3],
        Array.from({ length: 12 }, (_, i) => i / 12),
      )
      g.output('y', g.op('MatMul', [hidden, head]), 'float32', ['batch', 3])
    })
    const options = { train: { learningRate: 0.1, batch: 6, accumulate: 2 } }
    const { folder, manifest } = await packed(model, options, { pipeline: classes('softmax') })
    const { slots } = manifest.training!.graph!
    expect(new Set(slots.map(({ input }) => input)).size).toBe(2)
    const losses = await trainPacked(folder, manifest, examples(6), 20)
    expect(losses.at(-1)!).toBeLessThan(losses[0]!)
  })

  test('takes every setting of a recipe', async () => {
    const { folder, manifest } = await packed(classifier(), {
      train: {
        loss: { kind: 'softmax-cross-entropy', labelSmoothing: 0.1, classWeights: [1, 2, 1] },
        optimiser: { kind: 'adam' },
        weightDecay: 0.01,
        clipNorm: 1,
        proximal: 0.1,
        accumulate: 2,
        trainable: ['*.weight'],
        learningRate: 0.05,
        batch: 6,
      },
    })
    const { slots } = manifest.training!.graph!
    expect(slots.map(({ input }) => input)).toEqual(['body.weight', 'head.weight'])
    expect(slots.every(({ anchor }) => anchor !== undefined)).toBe(true)
    const losses = await trainPacked(folder, manifest, examples(6), 20)
    expect(losses.at(-1)!).toBeLessThan(losses[0]!)
  })

  test('takes a loss of the publisher as an ONNX file', async () => {
    const folder = await temporaryFolder()
    await file(folder, 'model.onnx', classifier())
    await file(
      folder,
      'loss/cubed.onnx',
      modelOf((g) => {
        const [y, targets] = [g.input('y', 'float32', [6, 3]), g.input('targets', 'float32', [6, 3])]
        const distance = g.op('Abs', [g.op('Sub', [y, targets])])
        g.output('loss', g.op('ReduceMean', [g.op('Pow', [distance, g.scalar(3)])], { keepdims: 0 }))
      }),
    )
    const source = await file(folder, 'pack.json', {
      ...flags,
      source: 'model.onnx',
      training: { batch: 6, loss: { kind: 'graph', file: 'loss/cubed.onnx' } },
    })
    const { manifest } = await pack(source, { out: folder })
    expect(manifest.training!.recipe.loss).toEqual({ kind: 'graph' })
    const targets = { shape: [6, 3], data: new Float32Array(18) }
    const losses = await trainPacked(folder, manifest, { ...examples(6), targets }, 20)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2)
    const missing = await file(folder, 'recipe.json', { loss: { kind: 'graph', file: 'none.onnx' } })
    await expect(pack(source, { out: folder, recipe: missing })).rejects.toThrow(code('CONFIG_INVALID'))
  })
})

describe('adapters', () => {
  const training = { batch: 6, learningRate: 0.1, loss: { kind: 'softmax-cross-entropy' } }

  test('are put on weights, trained alone, and kept apart', async () => {
    const { folder, manifest } = await packed(
      classifier(),
      {},
      { training: { ...training, adapters: { weights: ['*.weight'], rank: 2 } } },
    )
    const names = ['body.weight/lora_a', 'body.weight/lora_b', 'head.weight/lora_a', 'head.weight/lora_b']
    expect(manifest.training!.tensors).toEqual(names)
    expect(manifest.parameters.tensors.map(({ name }) => name)).toEqual(expect.arrayContaining(names))
    const losses = await trainPacked(folder, manifest, examples(6), 20)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2)

    // Untrained they change nothing.
    const plain = await packed(classifier())
    const feeds = { x: examples(6).x }
    const outputs = [
      await runGraph(folder, manifest, manifest.graph, feeds),
      await runGraph(plain.folder, plain.manifest, plain.manifest.graph, feeds),
    ]
    expect(outputs[0]!['y']).toEqual(outputs[1]!['y'])
  })

  test('their numbers are drawn from the seed', async () => {
    const of = async (seed?: number) => {
      const adapters = { weights: ['head.weight'], rank: 1, ...(seed !== undefined && { seed }) }
      return (await packed(classifier(), {}, { training: { ...training, adapters } })).manifest.parameters
    }
    expect(await of()).toEqual(await of(1))
    expect((await of(2)).shards).not.toEqual((await of(1)).shards)
  })

  test.each<[string, unknown]>([
    ['no such weight', { weights: ['none'], rank: 1 }],
    ['a rank beyond the weight', { weights: ['head.weight'], rank: 4 }],
    ['a rank of nothing', { weights: ['head.weight'], rank: 0 }],
    ['no weights', { weights: [], rank: 1 }],
  ])('%s is refused', async (_, adapters) => {
    const refused = packed(classifier(), {}, { training: { ...training, adapters } })
    await expect(refused).rejects.toThrow(code('CONFIG_INVALID'))
  })
})

/** A model whose factor is a single number of a formula, which stays in the graph. */
const scale = (): Uint8Array =>
  modelOf((g) => {
    g.output('y', g.op('Mul', [g.input('x', 'float32', [1]), g.parameter('factor', 'float32', [1], [2])]))
  })

describe('the loss of a model that ends in probabilities', () => {
  /** The first loss of a model with this end. */
  const firstLoss = async (model: Uint8Array, edits: Record<string, unknown> = {}) => {
    const { folder, manifest } = await packed(model, { train: { batch: 6, learningRate: 0.1 } }, edits)
    const losses = await trainPacked(folder, manifest, examples(6), 15)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2)
    return {
      loss: losses[0]!,
      kind: manifest.training!.recipe.loss.kind,
      output: manifest.training!.recipe.output,
    }
  }

  test.each<[string, Parameters<typeof classifier>[0]]>([
    ['Softmax', (g, y) => g.op('Softmax', [y])],
    ['Softmax, handed on', (g, y) => g.op('Identity', [g.op('Softmax', [y], { axis: 1 })])],
    ['LogSoftmax', (g, y) => g.op('LogSoftmax', [y])],
  ])('%s reads the scores before it', async (_, end) => {
    const { loss } = await firstLoss(classifier(), { pipeline: classes('softmax') })
    const ended = await firstLoss(classifier(end))
    expect(ended).toMatchObject({ kind: 'softmax-cross-entropy', output: 'y' })
    expect(ended.loss).toBeCloseTo(loss, 6)
  })

  test('probabilities made in another way have their logarithms for scores', async () => {
    const { loss } = await firstLoss(classifier(), { pipeline: classes('softmax') })
    const ended = await firstLoss(
      classifier((g, y) => {
        const powers = g.op('Exp', [y])
        return g.op('Div', [powers, g.op('ReduceSum', [powers, g.ints([1])])])
      }),
      { pipeline: classes('none') },
    )
    expect(ended).toMatchObject({ kind: 'softmax-cross-entropy', output: 'y' })
    expect(ended.loss).toBeCloseTo(loss, 5)
  })

  test('a classifier that ended in maps is trained on its table', async () => {
    const g = graphBuilder('maps')
    const x = g.input('x', 'float32', ['n', 4])
    const w = g.parameter(
      'w',
      'float32',
      [4, 3],
      Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
    )
    const maps = g.ops(
      'ZipMap',
      [g.op('Softmax', [g.op('MatMul', [x, w])])],
      ['y'],
      { classlabels_strings: labels },
      {
        domain: 'ai.onnx.ml',
      },
    )
    g.output('y', maps[0]!, 'float32', ['n', 3])
    const { kind } = await firstLoss(endInMaps(g.build()))
    expect(kind).toBe('softmax-cross-entropy')
  })

  test('Sigmoid is trained for each label by itself', async () => {
    const { folder, manifest } = await packed(
      classifier((g, y) => g.op('Sigmoid', [y])),
      {
        train: { batch: 6, learningRate: 0.5 },
      },
    )
    expect(manifest.training).toMatchObject({
      recipe: { loss: { kind: 'binary-cross-entropy' } },
      targets: { dtype: 'float32', shape: [6, 3] },
    })
    const oneHot = Float32Array.from({ length: 18 }, (_, i) => (Math.floor(i / 3) % 3 === i % 3 ? 1 : 0))
    const losses = await trainPacked(
      folder,
      manifest,
      { ...examples(6), targets: { shape: [6, 3], data: oneHot } },
      20,
    )
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2)
  })
})

test('an operator of another domain before what is trained does no harm, as a scaler of scikit-learn', async () => {
  const g = graphBuilder('scaled', { opset: 17, domains: { 'ai.onnx.ml': 1 } })
  const x = g.input('x', 'float32', ['n', 4])
  const scaler = { offset: float([0, 0, 0, 0]), scale: float([1, 2, 1, 2]) }
  const scaled = g.op('Scaler', [x], scaler, { domain: 'ai.onnx.ml', dtype: 'float32', shape: ['n', 4] })
  const w = g.parameter(
    'w',
    'float32',
    [4, 3],
    Float32Array.from({ length: 12 }, (_, i) => Math.sin(i)),
  )
  g.output('y', g.op('Softmax', [g.op('MatMul', [scaled, w])]), 'float32', ['n', 3])
  const { folder, manifest } = await packed(writeModel(g.build()), { train: { batch: 6, learningRate: 0.1 } })
  const losses = await trainPacked(folder, manifest, examples(6), 15)
  expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2)
})

describe('sizes', () => {
  const sequence = modelOf((g) => {
    const x = g.input('x', 'float32', ['n', 'time', 2])
    const y = g.op('MatMul', [x, g.parameter('w', 'float32', [2, 1], [1, 2])])
    g.output('y', g.op('ReduceMean', [y], { axes: [1], keepdims: 0 }), 'float32', ['n', 1])
  })

  test('a fixed batch of the model is taken, and another is refused', async () => {
    const { manifest } = await packed(classifier(undefined, { rows: 5 }))
    expect(manifest.training!.recipe.batch).toBe(5)
    await expect(packed(classifier(undefined, { rows: 5 }), { train: { batch: 8 } })).rejects.toThrow(
      code('CONFIG_INVALID'),
    )
  })

  test('dimensions without names are no trouble', async () => {
    const { manifest } = await packed(classifier(undefined, { rows: '' }))
    expect(manifest.training!.inputs[0]!.shape).toEqual([32, 4])
  })

  test('other dynamic dimensions get theirs in dims', async () => {
    await expect(packed(sequence)).rejects.toThrow(/"time".*dims/)
    await expect(packed(sequence, { train: { dims: { time: 3, speed: 1 } } })).rejects.toThrow(/speed/)
    const { manifest } = await packed(sequence, { explain: true }, { training: { dims: { time: 3 } } })
    expect(manifest.training!.inputs[0]!.shape).toEqual([32, 3, 2])
    expect(manifest.explanation!.inputs[0]!.shape).toEqual([16, 3, 2])
  })

  test('a dimension that has the name of the batch is one, wherever it stands', async () => {
    const model = modelOf((g) => {
      const [x, state] = [g.input('x', 'float32', ['n', 2]), g.input('state', 'float32', [1, 'n', 2])]
      const sum = g.op('Add', [x, g.op('Squeeze', [state, g.ints([0])])])
      g.output('y', g.op('MatMul', [sum, g.parameter('w', 'float32', [2, 1], [1, 2])]), 'float32', ['n', 1])
    })
    const { manifest } = await packed(model, { train: { batch: 4 } })
    expect(manifest.training!.inputs.map(({ shape }) => shape)).toEqual([
      [4, 2],
      [1, 4, 2],
    ])
  })

  test('old operator sets are upgraded', async () => {
    const old = classifier((g, y) => g.op('Softmax', [y]), { opset: 9 })
    const { folder, manifest } = await packed(old, { train: { batch: 6, learningRate: 0.1 } })
    const losses = await trainPacked(folder, manifest, examples(6), 15)
    expect(losses.at(-1)!).toBeLessThan(losses[0]! / 2)
  })
})

describe('refused', () => {
  test('an operator without gradient is named, with what can be trained', async () => {
    const model = modelOf((g) => {
      const x = g.input('x', 'float32', ['n', 4])
      const w = g.parameter('w', 'float32', [4, 4], new Float32Array(16))
      const hard = g.op('Hardmax', [g.op('MatMul', [x, w])])
      g.output('y', g.op('Add', [hard, g.parameter('b', 'float32', [4], [1, 2, 3, 4])]), 'float32', ['n', 4])
    })
    await expect(packed(model, { train: { trainable: ['w'] } })).rejects.toMatchObject({
      code: 'GRADIENT_UNSUPPORTED',
      message: expect.stringContaining('Hardmax'),
      details: { trainable: ['b'] },
    })
    expect((await packed(model)).manifest.training!.tensors).toEqual(['b'])
  })

  test.each<[string, PackOptions['train']]>([
    ['a tensor that is not there', { trainable: ['none.*'] }],
    ['an output that is not there', { output: 'z' }],
    ['a batch of none', { batch: 0 }],
    ['a graph loss without a file', { loss: { kind: 'graph' } }],
    ['class weights of another number', { loss: { kind: 'softmax-cross-entropy', classWeights: [1, 2] } }],
    ['a learning rate of nothing', { learningRate: 0 }],
  ])('%s', async (_, train) => {
    await expect(packed(classifier(), { train })).rejects.toThrow(code('CONFIG_INVALID'))
  })

  test('whole numbers named as trainable', async () => {
    const model = modelOf((g) => {
      const x = g.input('x', 'float32', ['n', 4])
      const kept = g.op(
        'Gather',
        [
          g.op('MatMul', [x, g.parameter('w', 'float32', [4, 4], new Float32Array(16))]),
          g.parameter('columns', 'int32', [2], [0, 2]),
        ],
        { axis: 1 },
      )
      g.output('y', kept, 'float32', ['n', 2])
    })
    await expect(packed(model, { train: { trainable: ['columns'] } })).rejects.toThrow(/int32.*only float32/)
  })

  test.each<[string, unknown]>([
    ['an unknown field', { lerningRate: 1 }],
    ['an unknown loss', { loss: { kind: 'best' } }],
    ['an unknown field of a loss', { loss: { kind: 'huber', detla: 2 } }],
    ['an unknown group', { trainable: 'tail' }],
    ['no object', 'yes'],
  ])('%s in pack.json', async (_, training) => {
    await expect(packed(classifier(), {}, { training })).rejects.toThrow(code('CONFIG_INVALID'))
  })

  test('a model that learned nothing', async () => {
    const model = modelOf((g) => {
      g.output('y', g.op('Relu', [g.input('x', 'float32', ['n', 4])]), 'float32', ['n', 4])
    })
    await expect(packed(model)).rejects.toThrow(code('CONFIG_INVALID'))
  })
})

describe('TensorFlow.js', () => {
  test('a layers model has recipe, sizes and weights, and no graph', async () => {
    const folder = await temporaryFolder()
    const source = await layersFixture(folder)
    const { manifest } = await pack(source, { ...flags, out: folder, train: true })
    expect(manifest.training).toEqual({
      inference: manifest.graph.sha256,
      recipe: {
        output: 'out',
        loss: { kind: 'mse' },
        optimiser: { kind: 'momentum', decay: 0.9 },
        learningRate: 0.01,
        batch: 32,
        epochs: 3,
      },
      inputs: [{ name: 'out_input', dtype: 'float32', shape: [32, 3] }],
      targets: { name: 'targets', dtype: 'float32', shape: [32, 2] },
      tensors: ['out/kernel', 'out/bias'],
    })
    const chosen = await pack(source, {
      ...flags,
      out: folder,
      train: { trainable: ['*/bias'], loss: { kind: 'softmax-cross-entropy' }, batch: 4 },
    })
    expect(chosen.manifest.training).toMatchObject({
      tensors: ['out/bias'],
      targets: { name: 'targets', dtype: 'int32', shape: [4], classes: 2 },
    })
    await expect(pack(source, { ...flags, out: folder, train: { trainable: ['none'] } })).rejects.toThrow(
      code('CONFIG_INVALID'),
    )
    const adapters = { weights: ['*'], rank: 1 }
    await expect(pack(source, { ...flags, out: folder, train: { adapters } })).rejects.toThrow(
      code('CONFIG_INVALID'),
    )
    await expect(pack(source, { ...flags, out: folder, explain: true })).rejects.toThrow(
      code('CONFIG_INVALID'),
    )
  })

  test('frozen layers are trained where they are named, averages move with batch statistics', async () => {
    const folder = await temporaryFolder()
    const layer = (class_name: string, name: string, config: object) => ({
      class_name,
      config: { name, ...config },
    })
    const dense = { units: 2, activation: 'linear', use_bias: true }
    const config = {
      name: 'net',
      layers: [
        layer('Dense', 'base', { ...dense, trainable: false, batch_input_shape: [null, 2] }),
        layer('BatchNormalization', 'norm', {
          axis: -1,
          momentum: 0.9,
          epsilon: 0.001,
          center: true,
          scale: true,
        }),
        layer('Dense', 'head', dense),
      ],
    }
    const names = [
      'base/kernel',
      'base/bias',
      'norm/gamma',
      'norm/beta',
      'norm/moving_mean',
      'norm/moving_variance',
    ]
    const weights = [...names, 'head/kernel', 'head/bias'].map((name) => ({
      name,
      shape: name.endsWith('kernel') ? [2, 2] : [2],
      dtype: 'float32',
    }))
    await file(folder, 'weights.bin', new Uint8Array(80))
    const source = await file(folder, 'model.json', {
      format: 'layers-model',
      modelTopology: { model_config: { class_name: 'Sequential', config } },
      weightsManifest: [{ paths: ['weights.bin'], weights }],
    })
    const trained = async (train: PackOptions['train']) =>
      (await pack(source, { ...flags, out: folder, train })).manifest.training!.tensors
    const head = ['head/kernel', 'head/bias']
    expect(await trained(true)).toEqual(['norm/gamma', 'norm/beta', ...head])
    expect(await trained({ trainable: 'head' })).toEqual(head)
    expect(await trained({ trainable: 'biases-and-norms' })).toEqual(['norm/gamma', 'norm/beta', 'head/bias'])
    expect(await trained({ trainable: ['base/*'] })).toEqual(['base/kernel', 'base/bias'])
    expect(await trained({ batchStatistics: true })).toEqual([...names.slice(2), ...head])
    await expect(trained({ trainable: ['norm/moving_mean'] })).rejects.toThrow(code('CONFIG_INVALID'))
  })

  test('a graph model is refused: it is frozen', async () => {
    const folder = await temporaryFolder()
    const source = await graphFixture(folder)
    await expect(pack(source, { ...flags, out: folder, train: true })).rejects.toThrow(/frozen/)
  })
})

describe('an explanation graph', () => {
  test('gives the output together with its gradients, from the package alone', async () => {
    const { folder, manifest } = await packed(
      classifier(),
      { explain: true },
      {
        explanation: { points: 2, baselines: { x: 0 } },
      },
    )
    const { explanation } = manifest
    expect(explanation).toMatchObject({
      inference: manifest.graph.sha256,
      inputs: [{ name: 'x', dtype: 'float32', shape: [2, 4] }],
      output: { name: 'y', dtype: 'float32', shape: [2, 3] },
      gradients: [{ input: 'x' }],
      baselines: { x: 0 },
    })
    const point = Float32Array.of(0.3, -0.2, 0.9, 0.4, 0.3, -0.2, 0.9, 0.4)
    const step = 1 / 512
    const run = (data: Float32Array) =>
      runGraph(folder, manifest, explanation!.graph, {
        x: { shape: [2, 4], data },
        [explanation!.selection]: { shape: [2, 3], data: Float32Array.of(0, 1, 0, 0, 0, 0) },
      })
    const { y, ...others } = await run(point)
    const gradient = others[explanation!.gradients[0]!.output]!
    for (let column = 0; column < 4; column++) {
      const moved = point.map((value, i) => (i === column ? value + step : value))
      expect(((await run(moved))['y']![1]! - y![1]!) / step).toBeCloseTo(gradient[column]!, 3)
    }
    expect([...gradient.subarray(4)]).toEqual([0, 0, 0, 0])
  })

  test('bad settings are refused', async () => {
    const explain = (explanation: unknown) => packed(classifier(), {}, { explanation })
    await expect(explain({ output: 'z' })).rejects.toThrow(code('CONFIG_INVALID'))
    await expect(explain({ points: 0 })).rejects.toThrow(code('CONFIG_INVALID'))
    await expect(explain({ baselines: { z: 0 } })).rejects.toThrow(code('CONFIG_INVALID'))
    await expect(explain({ baseline: {} })).rejects.toThrow(code('CONFIG_INVALID'))
    await expect(explain({ dims: { time: 2 } })).rejects.toThrow(code('CONFIG_INVALID'))
  })
})

import { paths, type Pipeline } from '@homing/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'

import {
  type BrowserRepository,
  type Release,
  startBrowserRepository,
} from '../../test/browser-repository.ts'
import { explainedDense } from '../../test/tiny-explained.ts'
import { denseKernel, denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import { denseLayersRequest } from '../../test/tiny-tfjs.ts'
import type { GradientExplanation, ShapleyExplanation } from '../runtime/explanation-api.ts'
import type { Homing, Model } from './api.ts'
import { createClient } from './create-client.ts'

const x = floats([1, -2, 0.5, 3], [1, 4])
const explained = (options: Parameters<typeof explainedDense>[0] = {}): Release => {
  const { explanation, ...request } = explainedDense(options)
  return { request, explanation }
}
/** What the tiny dense layer's element adds to itself through each element of x. */
const shares = (element: number): number[] =>
  [0, 1, 2, 3].map((row) => denseKernel[row * 3 + element]! * (x.data[row] as number))
const expectShares = ({ attributions }: GradientExplanation, element: number): void => {
  shares(element).forEach((share, i) => expect(attributions['x']!.data[i]).toBeCloseTo(share, 4))
}
const byGradients = async (model: Model, ...[inputs, options]: Parameters<Model['explain']>) =>
  (await model.explain(inputs, options)) as GradientExplanation

let repository: BrowserRepository
let homing: Homing
const open = (backend: 'wasm' | 'webgpu' | 'cpu' = 'wasm'): Promise<Model> =>
  homing.model('tiny', { backends: [backend] })
const reconnect = (): void => {
  homing = createClient({ repository: repository.url, root: repository.root, app: 'test', pollInterval: 0 })
}

beforeEach(async () => {
  repository = await startBrowserRepository()
  reconnect()
})
afterEach(async () => {
  await homing.close()
  await repository.stop()
})

test.each(['wasm', 'webgpu'] as const)('explains on %s, where the model serves', async (backend) => {
  await repository.publish([explained()])
  const model = await open(backend)
  const explanation = await byGradients(model, { x }, { index: 2 })
  expect(explanation).toMatchObject({ method: 'integrated-gradients', backend, version: '1.0.0' })
  expectShares(explanation, 2)
})

test('brings the explanation graph when it is first wanted, once, and keeps it for visits without network', async () => {
  const [manifest] = await repository.publish([explained()])
  const file = paths.blob(manifest!.explanation!.graph.sha256)
  const asked = async (): Promise<number> =>
    (await repository.requests()).filter((path) => path.includes(file)).length
  const model = await open()
  await model.predict({ x })
  expect(await asked()).toBe(0)
  await Promise.all([model.explain({ x }), model.explain({ x })])
  expect(await asked()).toBe(1)
  await homing.close()
  await repository.fail(file, { kind: 'reset' })
  reconnect()
  expectShares(await byGradients(await open(), { x }, { index: 0 }), 0)
  expect(await asked()).toBe(1)
})

test('a graph that does not come says so, and comes later', async () => {
  const [manifest] = await repository.publish([explained()])
  await repository.fail(paths.blob(manifest!.explanation!.graph.sha256), { kind: 'html' })
  const model = await open()
  await expect(model.explain({ x })).rejects.toMatchObject({ code: 'RESPONSE_UNEXPECTED' })
  await model.predict({ x })
  await repository.heal()
  expectShares(await byGradients(model, { x }, { index: 1 }), 1)
})

test('follows the version that serves, also in the middle', async () => {
  await repository.publish([explained({ bias: 1 })])
  const model = await open()
  expect(await model.explain({ x }, { index: 0 })).toMatchObject({ baselineOutput: 1 })
  await repository.publish([explained({ bias: 2, version: '1.1.0' })])
  const calls = Array.from({ length: 5 }, () => model.explain({ x }, { index: 0, steps: 3000 }))
  const [replies] = await Promise.all([Promise.all(calls), homing.check()])
  for (const { version, baselineOutput } of replies) expect(baselineOutput).toBe(version === '1.1.0' ? 2 : 1)
  expect(await model.explain({ x }, { index: 0 })).toMatchObject({ version: '1.1.0', baselineOutput: 2 })
})

test('predictions come in between, and do not wait for its end', async () => {
  await repository.publish([explained()])
  const model = await open()
  await model.explain({ x })
  const ends: string[] = []
  const explanation = model.explain({ x }, { steps: 3000 }).then(() => ends.push('explanation'))
  for (let call = 0; call < 3; call++) await model.predict({ x }).then(() => ends.push('prediction'))
  await explanation
  expect(ends).toEqual(['prediction', 'prediction', 'prediction', 'explanation'])
})

test('stops when it is aborted, and the next one runs', async () => {
  await repository.publish([explained()])
  const model = await open()
  const stop = new AbortController()
  const aborted = model.explain({ x }, { steps: 60_000, signal: stop.signal })
  setTimeout(() => stop.abort(), 50)
  await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
  await expect(model.explain({ x }, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: 'ABORTED',
  })
  expectShares(await byGradients(model, { x }, { index: 1 }), 1)
})

test('says that a version was packed without, refuses what does not fit, and ends with the model', async () => {
  await repository.publish([{ request: denseOnnxRequest([]) }])
  const model = await open()
  await expect(model.explain({ x })).rejects.toMatchObject({
    code: 'TRAINING_UNAVAILABLE',
    message: expect.stringContaining('homing pack --explain'),
  })
  await expect(model.explain({ z: x })).rejects.toMatchObject({
    code: expect.stringMatching(/INPUT_NAME|TRAINING/),
  })
  await expect(model.explain(null as never)).rejects.toMatchObject({ code: 'INPUT_NAME' })
  await expect(model.explain({ x }, { baseline: 3 as never })).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
  })
  await model.close()
  await expect(model.explain({ x })).rejects.toMatchObject({ code: 'CLOSED' })
})

const features = ['a', 'b', 'c', 'd'].map((name) => ({ kind: 'number' as const, name }))
const table: Pipeline = { inputs: [{ kind: 'table', name: 'row', tensor: 'x', features }], outputs: [] }

test.each([
  ['ONNX', 'wasm', () => denseOnnxRequest([], { pipeline: table })],
  ['TensorFlow.js', 'cpu', () => denseLayersRequest([], { pipeline: table })],
] as const)('explains rows of %s packages without any further file', async (_, backend, request) => {
  await repository.publish([{ request: request() }])
  const model = await open(backend)
  const row = { a: 1, b: -2, c: 0.5, d: 3 }
  const { attributions, completeness, baseline } = (await model.explain(
    { row },
    { index: 2 },
  )) as ShapleyExplanation
  shares(2).forEach((share, i) => expect(attributions['abcd'[i]!]).toBeCloseTo(share, 4))
  expect(completeness.gap).toBeLessThan(1e-5)
  expect(baseline).toEqual({ a: 0, b: 0, c: 0, d: 0 })
})

test('goes on where the model is brought back to when its backend breaks meanwhile', async () => {
  await homing.close()
  const tfjs = () => new Worker(new URL('../../test/losing-worker.ts', import.meta.url), { type: 'module' })
  homing = createClient({
    repository: repository.url,
    root: repository.root,
    app: 'test',
    pollInterval: 0,
    workers: { tfjs },
  })
  await repository.publish([{ request: denseLayersRequest([], { pipeline: table }) }])
  const model = await homing.model('tiny', { backends: ['webgl', 'cpu'] })
  expect(model.status.backend).toBe('webgl')
  const explanation = (await model.explain(
    { row: { a: 1, b: -2, c: 0.5, d: 3 } },
    { index: 2 },
  )) as ShapleyExplanation
  expect(explanation.backend).toBe('cpu')
  expect(model.status).toMatchObject({ backend: 'cpu', fallbacks: [{ backend: 'webgl', stage: 'run' }] })
  shares(2).forEach((share, i) => expect(explanation.attributions['abcd'[i]!]).toBeCloseTo(share, 4))
})

test('takes canvases, also as a baseline, and they stay usable', async () => {
  const pipeline: Pipeline = {
    inputs: [
      {
        kind: 'image',
        name: 'image',
        tensor: 'x',
        layout: 'nhwc',
        steps: [{ op: 'greyscale' }, { op: 'scale', by: 1 / 255 }],
      },
    ],
    outputs: [],
  }
  const { request } = imageModel(pipeline)
  await repository.publish([{ request }])
  const model = await open('cpu')
  const canvas = (colour: string): HTMLCanvasElement => {
    const made = Object.assign(document.createElement('canvas'), { width: 2, height: 2 })
    const context = made.getContext('2d')!
    context.fillStyle = colour
    context.fillRect(0, 0, 2, 2)
    return made
  }
  const [image, grey] = [canvas('#fff'), canvas('#333')]
  const black = await byGradients(model, { image })
  expect(black.maps['image']).toMatchObject({
    width: 2,
    height: 2,
    area: { left: 0, top: 0, width: 2, height: 2 },
  })
  for (const share of black.maps['image']!.data) expect(share).toBeCloseTo(1, 4)
  const fromGrey = await byGradients(model, { image }, { baseline: { image: grey } })
  for (const share of fromGrey.maps['image']!.data) expect(share).toBeCloseTo(0.8, 4)
  expectClose((await byGradients(model, { image }, { baseline: { image: 0.2 } })).output, 4)
})

function expectClose(value: number, expected: number): void {
  expect(value).toBeCloseTo(expected, 4)
}

/** A layers model that adds up the pixels of an image of 2 by 2: a convolution with a kernel of ones. */
function imageModel(pipeline: Pipeline): Release {
  const { manifest } = denseLayersRequest([])
  const config = {
    name: 'y',
    filters: 1,
    kernel_size: [2, 2],
    strides: [1, 1],
    padding: 'valid',
    data_format: 'channels_last',
    activation: 'linear',
    use_bias: false,
    batch_input_shape: [null, 2, 2, 1],
    dtype: 'float32',
  }
  const modelTopology = {
    class_name: 'Sequential',
    config: { name: 'tiny', layers: [{ class_name: 'Conv2D', config }] },
    keras_version: 'tfjs-layers 4.22.0',
    backend: 'tensor_flow.js',
  }
  const weightSpecs = [{ name: 'y/kernel', shape: [2, 2, 1, 1], dtype: 'float32' }]
  const graph = new TextEncoder().encode(
    JSON.stringify({ format: 'layers-model', modelTopology, weightSpecs }),
  )
  const parameters = new Uint8Array(Float32Array.of(1, 1, 1, 1).buffer)
  return {
    request: {
      manifest: {
        ...manifest,
        parameters: { ...manifest.parameters, size: parameters.byteLength, tensors: [] },
        signature: {
          inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 2, 2, 1] }],
          outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 1, 1, 1] }],
        },
        pipeline,
      },
      graph,
      parameters,
    },
  }
}

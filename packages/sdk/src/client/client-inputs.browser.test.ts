import type { Pipeline } from '@homing/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { type BrowserRepository, startBrowserRepository } from '../../test/browser-repository.ts'
import { denseOnnxRequest, floats, tinyGraphRequest } from '../../test/tiny-packages.ts'
import type { Homing, Prediction } from './api.ts'
import { createClient } from './create-client.ts'

let repository: BrowserRepository
let homing: Homing

beforeEach(async () => {
  repository = await startBrowserRepository()
  homing = createClient({
    repository: repository.url,
    root: repository.root,
    app: 'test',
    pollInterval: 0,
    storage: 'memory',
  })
})
afterEach(async () => {
  await homing.close()
  await repository.stop()
})

/** Gives the four grey values of an image of two by two, as scores of four corners. */
const corners: Pipeline = {
  inputs: [
    {
      kind: 'image',
      name: 'image',
      tensor: 'pixels',
      layout: 'nchw',
      steps: [{ op: 'greyscale' }, { op: 'scale', by: 1 / 255 }],
    },
  ],
  outputs: [{ kind: 'classification', tensor: 'y', activation: 'none', labels: ['a', 'b', 'c', 'd'] }],
}
const publishCorners = () =>
  repository.publish([
    {
      request: tinyGraphRequest(
        {
          inputs: [{ name: 'pixels', dtype: 'float32', shape: ['batch', 1, 2, 2] }],
          outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 4] }],
          nodes: [{ op: 'Flatten', inputs: ['pixels'], outputs: ['y'] }],
        },
        [],
        { pipeline: corners },
      ),
    },
  ])

/** White in corner c, black elsewhere. */
function drawCorner(): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 2
  const pen = canvas.getContext('2d')!
  pen.fillStyle = 'black'
  pen.fillRect(0, 0, 2, 2)
  pen.fillStyle = 'white'
  pen.fillRect(0, 1, 1, 1)
  return canvas
}

test('a canvas, its bitmap, its pixels, its file and its tensor give the same prediction', async () => {
  await publishCorners()
  const model = await homing.model('tiny', { backends: ['wasm'] })
  const canvas = drawCorner()
  const file = await new Promise<Blob>((resolve) => {
    canvas.toBlob((blob) => {
      resolve(blob!)
    })
  })
  const images = [
    canvas,
    await createImageBitmap(canvas),
    canvas.getContext('2d')!.getImageData(0, 0, 2, 2),
    file,
    floats([0, 0, 1, 0], [1, 1, 2, 2]),
  ]
  for (const image of images) {
    const { label, probability, outputs } = await model.predict({ image })
    expect({ label, probability }).toEqual({ label: 'c', probability: 1 })
    expect(outputs['y']).toEqual(floats([0, 0, 1, 0], [1, 4]))
  }
})

test('a file is decoded in the worker, to the very pixels that the page would see', async () => {
  await publishCorners()
  const model = await homing.model('tiny', { backends: ['wasm'] })
  const canvas = new OffscreenCanvas(2, 2)
  const colours = Uint8ClampedArray.from([9, 200, 31, 255, 250, 3, 77, 128, 0, 0, 0, 0, 120, 130, 140, 250])
  canvas.getContext('2d')!.putImageData(new ImageData(colours, 2, 2), 0, 0)
  const file = await canvas.convertToBlob()
  const wanted = (await model.predict({ image: await createImageBitmap(file) })).outputs['y']
  const onThisThread = vi.spyOn(globalThis, 'createImageBitmap')
  try {
    expect((await model.predict({ image: file })).outputs['y']).toEqual(wanted)
    expect((await model.predict({ image: [file, file] })).outputs['y']?.shape).toEqual([2, 4])
    expect(onThisThread).not.toHaveBeenCalled()
  } finally {
    onThisThread.mockRestore()
  }
})

test('a frame of a video stays usable, unless it is transferred', async () => {
  await publishCorners()
  const model = await homing.model('tiny', { backends: ['wasm'] })
  const frame = new VideoFrame(drawCorner(), { timestamp: 0 })
  expect((await model.predict({ image: frame })).label).toBe('c')
  expect((await model.predict({ image: frame }, { transfer: true })).label).toBe('c')
  await expect(model.predict({ image: frame })).rejects.toMatchObject({ code: 'INPUT_VALUE' })
})

test('a file that is no image is refused, and the call after it runs', async () => {
  await publishCorners()
  const model = await homing.model('tiny', { backends: ['wasm'] })
  const text = new Blob(['no image'], { type: 'image/png' })
  await expect(model.predict({ image: text })).rejects.toMatchObject({
    code: 'INPUT_VALUE',
    details: { name: 'image' },
  })
  const file = await (async () => {
    const canvas = new OffscreenCanvas(2, 2)
    canvas.getContext('2d')!.drawImage(drawCorner(), 0, 0)
    return canvas.convertToBlob()
  })()
  await expect(model.predict({ image: [file, text] })).rejects.toMatchObject({ code: 'INPUT_VALUE' })
  expect((await model.predict({ image: file })).label).toBe('c')
})

test("the caller's bitmap stays usable, unless it is transferred", async () => {
  await publishCorners()
  const model = await homing.model('tiny', { backends: ['wasm'] })
  const image = await createImageBitmap(drawCorner())
  await model.predict({ image })
  expect(image.width).toBe(2)
  expect((await model.predict({ image }, { transfer: true })).label).toBe('c')
  expect(image.width).toBe(0)
})

test('a batch of images gives one reading each', async () => {
  await publishCorners()
  const model = await homing.model('tiny', { backends: ['wasm'] })
  const { samples, outputs } = await model.predict({ image: [drawCorner(), drawCorner()] })
  expect(samples?.map(({ label }) => label)).toEqual(['c', 'c'])
  expect(outputs['y']?.shape).toEqual([2, 4])
})

test('windowed features are computed from the events that the app recorded', async () => {
  const window = (name: string, aggregate: 'count' | 'sum' | 'mean' | 'last') =>
    ({ kind: 'window', name, event: 'visit', field: 'pages', aggregate, seconds: 3_600, impute: 0 }) as const
  const pipeline: Pipeline = {
    inputs: [
      {
        kind: 'table',
        name: 'shop',
        tensor: 'x',
        features: [
          window('visits', 'count'),
          window('pages', 'sum'),
          window('mean', 'mean'),
          window('last', 'last'),
        ],
      },
    ],
    outputs: [],
  }
  await repository.publish([{ request: denseOnnxRequest([], { pipeline }) }])
  const model = await homing.model('tiny', { backends: ['wasm'] })
  await homing.record('visit', { pages: 3 })
  await homing.record('visit', { pages: 5 })
  await homing.record('other', { pages: 100 })
  const seen = (await model.predict({ shop: {} })).outputs['y']
  const expected = (await model.predict({ x: floats([2, 8, 4, 5], [1, 4]) })).outputs['y']
  expect(seen).toEqual(expected)
})

test('a version that needs other events than the one before it never runs without them', async () => {
  const counting = (event: string): Pipeline => ({
    inputs: [
      {
        kind: 'table',
        name: 'shop',
        tensor: 'x',
        features: ['a', 'b', 'c', 'd'].map(
          (name) => ({ kind: 'window', name, event, aggregate: 'count', seconds: 3_600, impute: 0 }) as const,
        ),
      },
    ],
    outputs: [],
  })
  await repository.publish([{ request: denseOnnxRequest([], { pipeline: counting('visit') }) }])
  const model = await homing.model('tiny', { backends: ['wasm'] })
  for (const event of ['visit', 'cart', 'cart']) await homing.record(event)
  await repository.publish([
    { request: denseOnnxRequest([], { version: '1.1.0', pipeline: counting('cart') }) },
  ])
  const seen: Prediction[] = []
  let switched = false
  const lane = async (): Promise<void> => {
    while (!switched) seen.push(await model.predict({ shop: {} }))
  }
  const lanes = Array.from({ length: 50 }, lane)
  await homing.check()
  switched = true
  await Promise.all(lanes)
  const of = async (count: number) =>
    (await model.predict({ x: floats([count, count, count, count], [1, 4]) })).outputs['y']
  const [one, two] = [await of(1), await of(2)]
  for (const { version, outputs } of seen) expect(outputs['y']).toEqual(version === '1.0.0' ? one : two)
})

import type { ImageStep, Tensor, TensorSpec } from '@homing/protocol'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import type { RgbaImage } from '../pipeline-input.ts'
import { imageEncoder } from './image-encoder.ts'

const anySize: TensorSpec = { name: 'x', dtype: 'float32', shape: ['n', 'c', 'h', 'w'] }
const white = [255, 255, 255, 255]

function encode(
  image: RgbaImage | RgbaImage[],
  steps: ImageStep[],
  layout: 'nchw' | 'nhwc' = 'nhwc',
  spec = anySize,
) {
  return imageEncoder({ kind: 'image', name: 'image', tensor: 'x', layout, steps }, spec, 'inputs.0')(image)
}

function imageOf(width: number, height: number, pixel: (x: number, y: number) => number[]): RgbaImage {
  const data = new Uint8ClampedArray(width * height * 4)
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data.set(pixel(x, y), (y * width + x) * 4)
  return { width, height, data }
}

const grey = (width: number, height: number, value: (x: number, y: number) => number): RgbaImage =>
  imageOf(width, height, (x, y) => [value(x, y), value(x, y), value(x, y), 255])
const noise = fc
  .tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }), fc.integer())
  .map(([w, h, seed]) => grey(w, h, (x, y) => ((x * 7919 + y * 104_729 + seed * 31) >>> 0) % 256))
const values = ({ data }: Tensor): number[] => Array.from(data, Number)
const size = fc.integer({ min: 1, max: 24 })
const mean = (data: ArrayLike<number>): number =>
  Array.from(data).reduce((sum, value) => sum + value, 0) / data.length

describe('layout and colour', () => {
  const twoPixels = imageOf(2, 1, (x) => (x === 0 ? [10, 20, 30, 255] : [40, 50, 60, 255]))

  test('nhwc interleaves channels and nchw separates them', () => {
    expect(encode(twoPixels, [], 'nhwc')).toEqual({
      dtype: 'float32',
      shape: [1, 1, 2, 3],
      data: Float32Array.of(10, 20, 30, 40, 50, 60),
    })
    expect(encode(twoPixels, [], 'nchw')).toEqual({
      dtype: 'float32',
      shape: [1, 3, 1, 2],
      data: Float32Array.of(10, 40, 20, 50, 30, 60),
    })
  })

  test('a batch is one tensor, and a tensor of rank 3 has no batch axis', () => {
    expect(encode([twoPixels, twoPixels], []).shape).toEqual([2, 1, 2, 3])
    expect(encode(twoPixels, [], 'nchw', { ...anySize, shape: [3, 1, 2] }).shape).toEqual([3, 1, 2])
  })

  test('transparent pixels take the background, white by default', () => {
    const clear = imageOf(1, 1, () => [0, 0, 0, 0])
    const half = imageOf(1, 1, () => [255, 0, 0, 51])
    expect([...encode(clear, []).data]).toEqual([255, 255, 255])
    expect([...encode(half, [{ op: 'background', colour: [0, 100, 200] }]).data]).toEqual([51, 80, 160])
  })

  test('greyscale weighs by BT.601; invert, scale and normalise run in the order given', () => {
    const [value] = encode(
      imageOf(1, 1, () => [100, 150, 200, 255]),
      [{ op: 'greyscale' }],
    ).data
    expect(value).toBeCloseTo(0.299 * 100 + 0.587 * 150 + 0.114 * 200, 4)
    const steps: ImageStep[] = [
      { op: 'invert' },
      { op: 'scale', by: 1 / 255 },
      { op: 'normalise', mean: [0.5, 0.5, 0.5], std: [0.5, 0.25, 0.125] },
    ]
    expect([
      ...encode(
        imageOf(1, 1, () => [255, 255, 255, 255]),
        steps,
      ).data,
    ]).toEqual([-1, -2, -4])
  })

  test('uint8 rounds and clamps', () => {
    const spec: TensorSpec = { ...anySize, dtype: 'uint8' }
    expect(
      encode(
        imageOf(1, 1, () => [3, 100, 200, 255]),
        [{ op: 'scale', by: 1.5 }],
        'nhwc',
        spec,
      ),
    ).toEqual({
      dtype: 'uint8',
      shape: [1, 1, 1, 3],
      data: Uint8Array.of(5, 150, 255),
    })
  })
})

describe('resize', () => {
  const resized = (
    image: RgbaImage,
    width: number,
    height: number,
    filter: 'nearest' | 'bilinear' | 'area',
    fit: 'fill' | 'contain' | 'cover' = 'fill',
  ) => encode(image, [{ op: 'greyscale' }, { op: 'resize', width, height, fit, filter }])

  test('exact small cases', () => {
    const ramp = grey(4, 1, (x) => x * 10)
    expect([...resized(ramp, 2, 1, 'nearest').data]).toEqual([10, 30])
    expect(values(resized(ramp, 2, 1, 'area')).map(Math.round)).toEqual([5, 25])
    expect(values(resized(ramp, 8, 1, 'bilinear')).map((value) => Math.round(value * 10) / 10)).toEqual([
      0, 2.5, 7.5, 12.5, 17.5, 22.5, 27.5, 30,
    ])
    expect(
      values(
        resized(
          grey(3, 1, (x) => x * 30),
          2,
          1,
          'area',
        ),
      ).map(Math.round),
    ).toEqual([10, 50])
  })

  test('a constant image stays constant under every filter and fit', () => {
    const filters = fc.constantFrom('nearest' as const, 'bilinear' as const, 'area' as const)
    const fits = fc.constantFrom('fill' as const, 'contain' as const, 'cover' as const)
    fc.assert(
      fc.property(
        size,
        size,
        size,
        size,
        fc.integer({ min: 0, max: 255 }),
        filters,
        fits,
        (w, h, toW, toH, value, filter, fit) => {
          const { data } = resized(
            grey(w, h, () => value),
            toW,
            toH,
            filter,
            fit,
          )
          for (const found of data as Float32Array) expect(Math.abs(found - value)).toBeLessThan(1e-3)
        },
      ),
    )
  })

  test('area keeps the mean', () => {
    fc.assert(
      fc.property(noise, size, size, (image, width, height) => {
        expect(mean(resized(image, width, height, 'area').data as Float32Array)).toBeCloseTo(
          mean(resized(image, image.width, image.height, 'area').data as Float32Array),
          2,
        )
      }),
    )
  })

  test('contain fits inside, touches one side and keeps the aspect to a pixel; fill and cover give the size', () => {
    fc.assert(
      fc.property(noise, size, size, (image, width, height) => {
        const [, h, w] = resized(image, width, height, 'bilinear', 'contain').shape as [
          number,
          number,
          number,
          number,
        ]
        expect(w <= width && h <= height && (w === width || h === height)).toBe(true)
        expect(Math.abs(w - Math.max(1, (image.width / image.height) * h))).toBeLessThanOrEqual(
          Math.max(1, image.width / image.height),
        )
        expect(resized(image, width, height, 'area', 'cover').shape).toEqual([1, height, width, 1])
        expect(resized(image, width, height, 'nearest', 'fill').shape).toEqual([1, height, width, 1])
      }),
    )
  })

  test('cover reads the middle', () => {
    const bars = grey(6, 2, (x) => (x < 2 ? 0 : x < 4 ? 100 : 200))
    expect([...resized(bars, 2, 2, 'area', 'cover').data]).toEqual([100, 100, 100, 100])
  })
})

describe('crop and pad', () => {
  test('square, box and content', () => {
    const image = grey(4, 2, (x, y) => x + 10 * y)
    const cropped = (to: Extract<ImageStep, { op: 'crop' }>['to']) =>
      encode(image, [{ op: 'greyscale' }, { op: 'crop', to }])
    const rounded = (tensor: Tensor): number[] => values(tensor).map(Math.round)
    expect(rounded(cropped({ kind: 'square' }))).toEqual([1, 2, 11, 12])
    expect(rounded(cropped({ kind: 'box', left: 3, top: 1, width: 9, height: 9 }))).toEqual([13])
    expect(rounded(cropped({ kind: 'box', left: -1, top: 0, width: 2, height: 1 }))).toEqual([0])
    expect(cropped({ kind: 'content', threshold: 11.5 }).shape).toEqual([1, 1, 2, 1])
  })

  test('a blank image keeps its whole frame', () => {
    const digits: ImageStep[] = [
      { op: 'greyscale' },
      { op: 'invert' },
      { op: 'crop', to: { kind: 'content', threshold: 16 } },
      { op: 'resize', width: 20, height: 20, fit: 'contain', filter: 'area' },
      { op: 'pad', width: 28, height: 28, value: 0, centre: 'mass' },
      { op: 'scale', by: 1 / 255 },
    ]
    const { shape, data } = encode(
      imageOf(280, 280, () => [0, 0, 0, 0]),
      digits,
      'nchw',
      { ...anySize, shape: [1, 1, 28, 28] },
    )
    expect(shape).toEqual([1, 1, 28, 28])
    expect(Math.max(...(data as Float32Array).map(Math.abs))).toBeLessThan(1e-4)
  })

  test('pad centres by frame, and by mass to within a pixel', () => {
    const dot = imageOf(3, 3, (x, y) => (x === 0 && y === 0 ? white : [0, 0, 0, 255]))
    const padded = (centre: 'frame' | 'mass', side: number) =>
      encode(dot, [{ op: 'greyscale' }, { op: 'pad', width: side, height: side, value: 0, centre }])
        .data as Float32Array
    expect(padded('frame', 7).findIndex((value) => value > 200)).toBe(2 * 7 + 2)
    expect(padded('mass', 7).findIndex((value) => value > 200)).toBe(3 * 7 + 3)
    // Too little room to bring the corner to the middle: the frame stays on the canvas.
    expect(padded('mass', 4).findIndex((value) => value > 200)).toBe(1 * 4 + 1)
    const far = imageOf(5, 5, (x, y) => (x === 4 && y === 4 ? white : [0, 0, 0, 255]))
    const kept = encode(far, [
      { op: 'greyscale' },
      { op: 'pad', width: 6, height: 6, value: 0, centre: 'mass' },
    ])
    expect(values(kept).findIndex((value) => value > 200)).toBe(4 * 6 + 4)
    expect(padded('frame', 1)).toEqual(Float32Array.of(0))
  })
})

describe('bad input', () => {
  const code = (act: () => unknown): unknown => {
    try {
      return act()
    } catch (error) {
      return (error as { code?: string }).code
    }
  }

  test.each([
    ['no image', 'nonsense', 'INPUT_DTYPE'],
    ['null', null, 'INPUT_DTYPE'],
    ['floats', { width: 1, height: 1, data: new Float32Array(4) }, 'INPUT_DTYPE'],
    ['too few bytes', { width: 2, height: 2, data: new Uint8Array(15) }, 'INPUT_SHAPE'],
    ['no pixels', { width: 0, height: 0, data: new Uint8Array(0) }, 'INPUT_SHAPE'],
    ['a negative size', { width: -1, height: -1, data: new Uint8Array(4) }, 'INPUT_SHAPE'],
    ['half a pixel', { width: 0.5, height: 2, data: new Uint8Array(4) }, 'INPUT_SHAPE'],
    ['an empty batch', [], 'INPUT_SHAPE'],
    ['a batch of unequal images', [grey(1, 1, () => 0), grey(2, 1, () => 0)], 'INPUT_SHAPE'],
  ])('%s is %s', (_, image, expected) => {
    expect(code(() => encode(image as RgbaImage, []))).toBe(expected)
  })

  test('two images where the tensor takes one', () => {
    const image = grey(1, 1, () => 0)
    expect(code(() => encode([image, image], [], 'nhwc', { ...anySize, shape: [1, 1, 3] }))).toBe(
      'INPUT_SHAPE',
    )
  })

  test.each<[string, ImageStep[], TensorSpec]>([
    [
      'background after another step',
      [{ op: 'greyscale' }, { op: 'background', colour: [0, 0, 0] }],
      anySize,
    ],
    [
      'three means for one channel',
      [{ op: 'greyscale' }, { op: 'normalise', mean: [0, 0, 0], std: [1, 1, 1] }],
      anySize,
    ],
    ['means without deviations', [{ op: 'normalise', mean: [0, 0, 0], std: [1] }], anySize],
    ['a tensor of rank 2', [], { ...anySize, shape: [1, 784] }],
    ['a tensor of int32', [], { ...anySize, dtype: 'int32' }],
    ['another number of channels', [], { ...anySize, shape: [1, 28, 28, 1] }],
    [
      'another size',
      [{ op: 'resize', width: 32, height: 32, fit: 'fill', filter: 'area' }],
      { ...anySize, shape: [1, 28, 28, 3] },
    ],
  ])('%s is PIPELINE_INVALID', (_, steps, spec) => {
    expect(
      code(() =>
        encode(
          grey(1, 1, () => 0),
          steps,
          'nhwc',
          spec,
        ),
      ),
    ).toBe('PIPELINE_INVALID')
  })
})

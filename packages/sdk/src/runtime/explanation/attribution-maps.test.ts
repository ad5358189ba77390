import type { Pipeline } from '@homing/protocol'
import { expect, it } from 'vitest'

import { attributionMaps } from './attribution-maps.ts'

const pipelineOf = (layout: 'nchw' | 'nhwc'): Pipeline => ({
  inputs: [{ kind: 'image', name: 'photo', tensor: 'x', layout, steps: [] }],
  outputs: [],
})
const photo = { width: 2, height: 3, data: new Uint8ClampedArray(24) }
// Pixel p and channel c add p + 100 c.
const pixels = [0, 1, 2, 3, 4, 5]
const channels = [0, 1, 2]
const sums = pixels.map((pixel) => 3 * pixel + 300)

it.each([
  ['nchw', [1, 3, 3, 2], channels.flatMap((channel) => pixels.map((pixel) => pixel + 100 * channel))],
  ['nhwc', [3, 2, 3], pixels.flatMap((pixel) => channels.map((channel) => pixel + 100 * channel))],
] as const)('sums the channels of %s', (layout, shape, values) => {
  const attributions = { x: { values: Float64Array.from(values), shape } }
  expect(attributionMaps(pipelineOf(layout), { photo: [photo] }, attributions)).toEqual({
    photo: {
      width: 2,
      height: 3,
      data: Float32Array.from(sums),
      area: { left: 0, top: 0, width: 2, height: 3 },
    },
  })
})

it('has no map for what is no image, or has no gradient', () => {
  const table: Pipeline = { inputs: [{ kind: 'table', name: 'row', tensor: 'x', features: [] }], outputs: [] }
  expect(attributionMaps(table, {}, { x: { values: new Float64Array(2), shape: [1, 2] } })).toEqual({})
  expect(attributionMaps(pipelineOf('nchw'), { photo }, {})).toEqual({})
  expect(attributionMaps(undefined, {}, {})).toEqual({})
})

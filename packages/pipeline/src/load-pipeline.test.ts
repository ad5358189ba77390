import type { Pipeline, Signature } from '@homing/protocol'
import { expect, test } from 'vitest'

import { compilePipeline } from './compile-pipeline.ts'
import { loadPipeline } from './load-pipeline.ts'

const signature: Signature = {
  inputs: [
    { name: 'pixels', dtype: 'float32', shape: ['n', 1, 1, 2] },
    { name: 'x', dtype: 'float32', shape: ['n', 2] },
  ],
  outputs: [{ name: 'y', dtype: 'float32', shape: ['n', 2] }],
}
type Input = Pipeline['inputs'][number]
const image: Input = {
  kind: 'image',
  name: 'picture',
  tensor: 'pixels',
  layout: 'nchw',
  steps: [{ op: 'greyscale' }],
}
const table: Input = {
  kind: 'table',
  name: 'row',
  tensor: 'x',
  features: [
    { kind: 'number', name: 'a' },
    { kind: 'number', name: 'b' },
  ],
}
const picture = { width: 2, height: 1, data: Uint8ClampedArray.of(9, 9, 9, 255, 7, 7, 7, 255) }
const tensor = { dtype: 'float32', shape: [1, 2], data: Float32Array.of(1, 2) } as const
const pixels = { dtype: 'float32', shape: [1, 1, 1, 2], data: Float32Array.of(1, 2) } as const

test.each<[string, Pipeline | undefined, Parameters<ReturnType<typeof compilePipeline>['encode']>[0]]>([
  ['images', { inputs: [image], outputs: [] }, { picture, x: tensor }],
  ['tables', { inputs: [table], outputs: [] }, { row: { a: 1, b: 2 }, pixels }],
  ['both', { inputs: [image, table], outputs: [] }, { picture, row: { a: 1, b: 2 } }],
  ['neither', undefined, { pixels, x: tensor }],
])('reads %s as the pipeline that has all its code', async (_, pipeline, inputs) => {
  const loaded = await loadPipeline(pipeline, signature)
  expect(loaded.encode(inputs)).toEqual(compilePipeline(pipeline, signature).encode(inputs))
})

test('refuses what does not fit', async () => {
  const twice = { inputs: [table, { ...table, tensor: 'pixels' }], outputs: [] }
  await expect(loadPipeline(twice, signature)).rejects.toMatchObject({ code: 'PIPELINE_INVALID' })
})

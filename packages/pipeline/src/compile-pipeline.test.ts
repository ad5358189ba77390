import type { Pipeline, Signature, Tensor } from '@homing/protocol'
import { describe, expect, test } from 'vitest'

import { compilePipeline } from './compile-pipeline.ts'
import type { PipelineInput } from './pipeline-input.ts'
import { windowsOf } from './windows-of.ts'

const signature: Signature = {
  inputs: [
    { name: 'input', dtype: 'float32', shape: ['n', 1, 2, 2] },
    { name: 'facts', dtype: 'float32', shape: ['n', 1] },
    { name: 'raw', dtype: 'float32', shape: [1] },
  ],
  outputs: [
    { name: 'scores', dtype: 'float32', shape: ['n', 2] },
    { name: 'size', dtype: 'float32', shape: ['n', 1] },
  ],
}
const pipeline: Pipeline = {
  inputs: [
    { kind: 'image', name: 'image', tensor: 'input', layout: 'nchw', steps: [{ op: 'greyscale' }] },
    { kind: 'table', name: 'facts', tensor: 'facts', features: [{ kind: 'number', name: 'age' }] },
  ],
  outputs: [
    { kind: 'classification', tensor: 'scores', activation: 'none', labels: ['no', 'yes'] },
    { kind: 'regression', tensor: 'size', unit: 'cm' },
  ],
}
const image = { width: 2, height: 2, data: new Uint8ClampedArray(16).fill(255) }
const raw: Tensor = { dtype: 'float32', shape: [1], data: Float32Array.of(7) }
const code = (expected: string): unknown => expect.objectContaining({ code: expected })

describe('encode', () => {
  const { encode } = compilePipeline(pipeline, signature)

  test('images and rows become tensors, tensors pass', () => {
    const tensors = encode({ image, facts: { age: 30 }, raw })
    expect(Object.keys(tensors).sort()).toEqual(['facts', 'input', 'raw'])
    expect(tensors['input']).toMatchObject({ dtype: 'float32', shape: [1, 1, 2, 2] })
    expect([...tensors['facts']!.data]).toEqual([30])
    expect(tensors['raw']).toBe(raw)
  })

  test('a tensor skips the steps, under the input name or the tensor name', () => {
    const ready: Tensor = { dtype: 'float32', shape: [1, 1, 2, 2], data: new Float32Array(4) }
    expect(encode({ image: ready, facts: { age: 1 } })['input']).toBe(ready)
    expect(encode({ input: ready, facts: { age: 1 } })['input']).toBe(ready)
    expect(() => encode({ input: ready, image, facts: { age: 1 } })).toThrow(code('INPUT_NAME'))
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['a missing image', { facts: { age: 1 } }, 'INPUT_NAME'],
    ['an unknown input', { image, facts: { age: 1 }, other: raw }, 'INPUT_NAME'],
    ['an image for a tensor', { image, facts: { age: 1 }, raw: image }, 'INPUT_DTYPE'],
    ['a number for a tensor', { image, facts: { age: 1 }, raw: 3 }, 'INPUT_DTYPE'],
    ['a row for an image', { image: { age: 1 }, facts: { age: 1 } }, 'INPUT_DTYPE'],
    ['an image for a row', { image, facts: image }, 'INPUT_NAME'],
  ])('%s is refused', (_, inputs, expected) => {
    expect(() => encode(inputs as Record<string, PipelineInput>)).toThrow(code(expected))
  })

  test('without a pipeline tensors pass', () => {
    expect(compilePipeline(undefined, signature).encode({ raw })).toEqual({ raw })
  })
})

describe('decode', () => {
  const scores: Tensor = { dtype: 'float32', shape: [2, 2], data: Float32Array.of(0.25, 0.75, 1, 0) }
  const size: Tensor = { dtype: 'float32', shape: [2, 1], data: Float32Array.of(3, 4) }

  test('the first reading gives the fields of the sample', () => {
    const readings = compilePipeline(pipeline, signature).decode({ scores, size })
    expect(readings).toHaveLength(2)
    expect(readings[0]).toMatchObject({
      label: 'yes',
      probability: 0.75,
      probabilities: { no: 0.25, yes: 0.75 },
    })
    expect(readings[0]!.readings).toHaveLength(2)
    expect(readings[1]!.readings[1]).toEqual({ kind: 'regression', tensor: 'size', value: 4, unit: 'cm' })
  })

  test('an output that the engine did not give', () => {
    expect(() => compilePipeline(pipeline, signature).decode({ scores })).toThrow(code('ENGINE_FAILED'))
  })

  test('without readings there is nothing to tell', () => {
    expect(compilePipeline(undefined, signature).decode({ scores })).toEqual([])
  })
})

describe('a pipeline that does not fit', () => {
  const [imageInput, table] = pipeline.inputs
  test.each<[string, Pipeline, string]>([
    ['an unknown tensor', { ...pipeline, inputs: [{ ...imageInput!, tensor: 'other' }] }, 'inputs.0.tensor'],
    [
      'an unknown output',
      { ...pipeline, outputs: [{ kind: 'regression', tensor: 'other' }] },
      'outputs.0.tensor',
    ],
    ['a name twice', { ...pipeline, inputs: [imageInput!, { ...table!, name: 'image' }] }, 'inputs.1.name'],
    [
      'a tensor twice',
      { ...pipeline, inputs: [imageInput!, { ...imageInput!, name: 'second' }] },
      'inputs.1.tensor',
    ],
    [
      'the name of another tensor',
      { ...pipeline, inputs: [{ ...imageInput!, name: 'raw' }] },
      'inputs.0.name',
    ],
  ])('%s', (_, unfit, path) => {
    expect(() => compilePipeline(unfit, signature)).toThrow(
      expect.objectContaining({ code: 'PIPELINE_INVALID', details: { path } }),
    )
  })
})

test('windowsOf tells each event once, with its longest window', () => {
  const window = (event: string, seconds: number, name: string) => ({
    kind: 'window' as const,
    name,
    event,
    aggregate: 'count' as const,
    seconds,
  })
  const features = [window('tap', 60, 'a'), window('scroll', 5, 'b'), window('tap', 3600, 'c')]
  expect(windowsOf({ inputs: [{ kind: 'table', name: 't', tensor: 'x', features }], outputs: [] })).toEqual([
    { event: 'tap', seconds: 3600 },
    { event: 'scroll', seconds: 5 },
  ])
  expect(windowsOf(pipeline)).toEqual([])
})

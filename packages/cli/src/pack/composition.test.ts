import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Guards, Next, Pipeline } from '@homing/protocol'
import { describe, expect, test } from 'vitest'

import { code, file, temporaryFolder } from '../../test/fixture.ts'
import { denseModel } from '../../test/onnx-fixture.ts'
import { composition } from './composition.ts'
import { pack } from './pack.ts'

const labels = Array.from({ length: 16 }, (_, index) => `class ${index}`)
const pipeline: Pipeline = {
  inputs: [],
  outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels }],
}

async function packed(sections: {
  guards?: unknown
  next?: unknown
  pipeline?: unknown
  monitors?: unknown
}) {
  const folder = await temporaryFolder()
  await file(folder, 'model.onnx', denseModel())
  const config = { model: 'dense', version: '1.0.0', source: 'model.onnx', pipeline, ...sections }
  await file(folder, 'pack.json', JSON.stringify(config))
  return (await pack(folder, { out: join(folder, 'out') })).manifest
}

test('guards and what runs next go into the manifest', async () => {
  const guards: Guards = {
    inputs: [{ kind: 'range', input: 'x', of: 'deviation', min: 0.01, then: 'abstain' }],
    confidence: { least: 0.4, temperature: 1.5, then: 'mark' },
  }
  const next: Next = { kind: 'cascade', below: 0.7, temperature: 1.5, model: 'large' }
  expect(await packed({ guards, next })).toMatchObject({ guards, next })
})

test('how servers watch the version goes into the manifest, and a misspelt policy does not', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const [, example] = /```json\n(\{ "monitors".*?)```/s.exec(readme)!
  const { monitors } = JSON.parse(example!) as { monitors: unknown }
  expect(await packed({ monitors })).toMatchObject({ monitors })
  await expect(packed({ monitors: { aplha: 0.05 } })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

test('the example of the README fits a package of wines', async () => {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
  const [, example] = /```jsonc\n(.*?)```/s.exec(readme)!
  const sections = JSON.parse(example!.replace(/ \/\/.*/g, '')) as { guards: Guards; next: Next }
  const wines: Pipeline = {
    inputs: [{ kind: 'table', name: 'wine', tensor: 'x', features: [{ kind: 'number', name: 'pH' }] }],
    outputs: pipeline.outputs,
  }
  const signature = {
    inputs: [
      { name: 'x', dtype: 'float32' as const, shape: ['n', 1] },
      { name: 'image', dtype: 'float32' as const, shape: ['n', 1, 8, 8] },
    ],
    outputs: [{ name: 'y', dtype: 'float32' as const, shape: ['n', 16] }],
  }
  expect(composition(sections, { model: 'wine', signature, pipeline: wines })).toEqual(sections)
})

describe('what does not fit the graph is refused', () => {
  test.each<[string, string, { guards?: unknown; next?: unknown; pipeline?: unknown }]>([
    [
      'a chain of an unknown output',
      'PIPELINE_INVALID',
      { next: { kind: 'chain', model: 'b', inputs: { h: 'z' } } },
    ],
    ['a model that follows itself', 'NEXT_INVALID', { next: { kind: 'fan-out', models: ['dense'] } }],
    [
      'a cascade without a classification',
      'PIPELINE_INVALID',
      { pipeline: undefined, next: { kind: 'cascade', below: 0.5, remote: true } },
    ],
    [
      'a guard of an unknown input',
      'PIPELINE_INVALID',
      { guards: { inputs: [{ kind: 'range', input: 'z', min: 0, then: 'mark' }] } },
    ],
    [
      'a guard that falls back to nothing',
      'CONFIG_INVALID',
      { guards: { confidence: { least: 0.5, then: 'fallback' } } },
    ],
    ['a cascade to nobody', 'CONFIG_INVALID', { next: { kind: 'cascade', below: 0.5 } }],
  ])('%s', async (_, expected, sections) => {
    await expect(packed(sections)).rejects.toEqual(code(expected))
  })
})

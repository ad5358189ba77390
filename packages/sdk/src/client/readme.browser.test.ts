import type { Manifest, Pipeline } from '@homing/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

import telemetryGuide from '../../../../docs/telemetry.md?raw'
import rootReadme from '../../../../README.md?raw'
import sdkReadme from '../../README.md?raw'
import {
  type BrowserRepository,
  type Release,
  startBrowserRepository,
} from '../../test/browser-repository.ts'
import { denseOnnxRequest, tinyGraphRequest } from '../../test/tiny-packages.ts'
import { denseProbes } from '../../test/tiny-probes.ts'
import { onnxRelease } from '../../test/tiny-training.ts'
import type { LoadRequest } from '../runtime/runtime-api.ts'
import type { Homing } from './api.ts'
import type { ClientOptions } from './options-api.ts'
import { createClient } from './create-client.ts'

let repository: BrowserRepository
const clients: Homing[] = []

beforeEach(async () => {
  repository = await startBrowserRepository()
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = 2
  document.body.append(canvas)
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
  document.querySelector('canvas')?.remove()
  await repository.stop()
})

const pipeline: Pipeline = {
  inputs: [{ kind: 'image', name: 'image', tensor: 'pixels', layout: 'nchw', steps: [{ op: 'greyscale' }] }],
  outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels: ['0', '1', '2', '3'] }],
}
const flowers: Pipeline = {
  inputs: [],
  outputs: [
    {
      kind: 'classification',
      tensor: 'y',
      activation: 'softmax',
      labels: ['setosa', 'versicolor', 'virginica'],
    },
  ],
}
const entities: Pipeline = {
  ...flowers,
  outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels: ['who', 'where', 'when'] }],
}
const wines: Pipeline = {
  inputs: [
    {
      kind: 'table',
      name: 'wine',
      tensor: 'x',
      features: ['alcohol', 'sugar', 'pH', 'density'].map((name) => ({ kind: 'number', name, impute: 0 })),
    },
  ],
  outputs: flowers.outputs,
}
/** A release with guards, or with models that run after it. */
const declaring = (request: LoadRequest, sections: Pick<Manifest, 'guards' | 'next'>) => ({
  request: { ...request, manifest: { ...request.manifest, ...sections } },
})
const houses: Pipeline = {
  inputs: [
    {
      kind: 'table',
      name: 'house',
      tensor: 'x',
      features: [
        { kind: 'number', name: 'rooms', standardise: { mean: 4, std: 2 } },
        {
          kind: 'category',
          name: 'garden',
          categories: ['none', 'small', 'large'],
          encode: 'one-hot',
          unseen: 'refuse',
        },
      ],
    },
  ],
  outputs: [],
}
const digits = tinyGraphRequest(
  {
    inputs: [{ name: 'pixels', dtype: 'float32', shape: ['batch', 1, 2, 2] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 4] }],
    nodes: [{ op: 'Flatten', inputs: ['pixels'], outputs: ['y'] }],
  },
  [],
  { model: 'digits', pipeline },
)

/** What an example that names a model finds in its repository. */
const releases: Readonly<Record<string, readonly Release[]>> = {
  digits: [{ request: digits }],
  iris: [{ request: denseOnnxRequest([], { model: 'iris' }) }],
  house: [{ request: denseOnnxRequest([], { model: 'house', pipeline: houses }) }],
  flowers: [onnxRelease('classes', { model: 'flowers', pipeline: flowers })],
  topic: [
    { request: denseOnnxRequest([], { model: 'entities', pipeline: entities }) },
    declaring(denseOnnxRequest([], { model: 'topic', pipeline: flowers }), {
      next: { kind: 'fan-out', models: ['entities'] },
    }),
  ],
  triage: [
    declaring(denseOnnxRequest([], { model: 'triage', pipeline: flowers }), {
      next: { kind: 'cascade', below: 1, remote: true },
    }),
  ],
  wine: [
    declaring(denseOnnxRequest([], { model: 'wine', pipeline: wines }), {
      guards: {
        inputs: [{ kind: 'range', input: 'wine', feature: 'alcohol', min: 8, max: 15, then: 'abstain' }],
      },
    }),
  ],
  prices: [denseProbes(denseOnnxRequest([], { model: 'prices' }), 0)],
}

/** The examples in `readme` that call `createClient`, as they stand but for the imports. */
function examplesIn(readme: string): string[] {
  return Array.from(readme.matchAll(/```ts\n(.*?)```/gs), ([, code]) => code!)
    .filter((code) => code.includes('createClient({'))
    .map((code) => code.replace(/^import .*\n/gm, ''))
}

/** Runs an example against this test's repository, and gives what it printed. */
async function run(example: string): Promise<unknown[][]> {
  for (const [model, published] of Object.entries(releases))
    if (example.includes(`'${model}'`)) for (const release of published) await repository.publish([release])
  const printed: unknown[][] = []
  const AsyncFunction = (async () => undefined).constructor as new (
    ...code: string[]
  ) => (...given: unknown[]) => Promise<void>
  const here = (options: ClientOptions) => {
    const { bundled, getToken, server, storage = 'memory' } = options
    if (getToken) void repository.guard(['a-token'])
    const copies = Object.keys(bundled ?? {}).map((model) => [model, repository.url] as const)
    const client = createClient({
      ...options,
      repository: repository.url,
      storage,
      ...(server === undefined ? {} : { server: repository.url }),
      ...(bundled ? { bundled: Object.fromEntries(copies) } : {}),
    })
    clients.push(client)
    return client
  }
  const log = (...line: unknown[]) => printed.push(line)
  const token = () => Promise.resolve(new Response('a-token'))
  const given = { createClient: here, root: repository.root, console: { log }, fetch: token }
  await new AsyncFunction(...Object.keys(given), example)(...Object.values(given))
  return printed
}

describe.each([
  ['the root README', rootReadme, 1],
  ['the README of the SDK', sdkReadme, 13],
  ['the guide to telemetry', telemetryGuide, 2],
])('%s', (_, readme, count) => {
  test('has its examples', () => {
    expect(examplesIn(readme)).toHaveLength(count)
  })

  test.each(examplesIn(readme).map((example, index) => [index + 1, example] as const))(
    'example %i runs',
    async (_, example) => {
      const printed = await run(example)
      expect(printed.length).toBeGreaterThan(0)
      expect(printed.flat().join(' ')).not.toContain('undefined')
    },
  )
})

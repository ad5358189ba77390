import { join } from 'node:path'

import {
  type Baseline,
  type Manifest,
  parseBaseline,
  paths,
  type Pipeline,
  readTelemetrySection,
} from '@homing/protocol'
import { measureBaseline } from '@homing/sdk/node'
import { describe, expect, it } from 'vitest'

import { classifier } from '../../test/classifier-fixture.ts'
import { code, file, temporaryFolder } from '../../test/fixture.ts'
import { npy } from '../../test/npy.ts'
import { packedFile, runGraph } from '../../test/packed-graphs.ts'
import { signedServer } from '../../test/server-process.ts'
import { publish } from '../publish/publish.ts'
import { pack } from './pack.ts'
import type { PackOptions } from './pack-options.ts'

const labels = ['circle', 'square', 'star']
const features = ['a', 'b', 'c', 'd']
const pipeline: Pipeline = {
  inputs: [
    {
      kind: 'table',
      name: 'row',
      tensor: 'x',
      features: features.map((name) => ({
        kind: 'number',
        name,
        ...(name === 'a' && { standardise: { mean: 1, std: 2 } }),
        ...(name === 'd' && { checks: [{ kind: 'range', max: 1000 }], impute: 0 }),
      })),
    },
  ],
  outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels }],
}

/** Values that are short in text, spread unevenly. */
const rows = Array.from({ length: 200 }, (_, at) =>
  features.map((_, column) => Math.round(1000 * Math.exp(Math.sin(at * (column + 1.3)))) / 100),
)
const truth = rows.map((_, at) => labels[(at * 7) % 3]!)
const csv = (table: readonly (readonly (string | number)[])[]): string =>
  table.map((row) => row.join(',')).join('\n')
const labelled = rows.map((row, at) => [...row, truth[at]!])

async function workbench(given: Pipeline | null = pipeline) {
  const folder = await temporaryFolder()
  await file(folder, 'model.onnx', classifier())
  const out = join(folder, 'out')
  const config = (more: object = {}) =>
    file(folder, 'pack.json', {
      model: 'shapes',
      version: '1.0.0',
      source: 'model.onnx',
      ...(given && { pipeline: given }),
      ...more,
    })
  await config()
  const run = (options: PackOptions = {}) => pack(folder, { out, ...options })
  const data = (name: string, content: string | Uint8Array) => file(folder, name, content)
  return { folder, out, run, data, config }
}

async function baselineOf(out: string, manifest: Manifest): Promise<Baseline> {
  return parseBaseline(await packedFile(out, manifest.baseline!), manifest)
}

describe('of a table', () => {
  it('measures each feature as given and as processed, answers, and what they are worth', async () => {
    const { run, out, data } = await workbench()
    const path = await data('train.csv', csv([[...features, 'shape'], ...labelled]))
    const { manifest, baseline: told, file: packed } = await run({ baseline: { data: path } })
    const baseline = await baselineOf(out, manifest)
    expect(told).toEqual({ measured: baseline, refused: 0 })
    expect(baseline.samples).toBe(200)

    const { features: declared } = readTelemetrySection(manifest)
    features.forEach((name, column) => {
      const values = rows.map((row) => row[column]!)
      const feature = declared!.find((each) => each.name === name)!
      const edges = feature.kind === 'numeric' ? feature.edges! : []
      const bounds = [-Infinity, ...edges, Infinity]
      const exact = bounds
        .slice(1)
        .map((end, bin) => values.filter((v) => v > bounds[bin]! && v <= end).length)
      const summary = baseline.features.raw![name]!
      expect(summary).toMatchObject({ kind: 'numeric', count: 200, missing: 0, failed: 0, histogram: exact })
      // Standardised values lie in the same bins: edges are standardised with them.
      expect(baseline.features.processed![name]).toMatchObject({ count: 200, histogram: exact })
      expect(Math.max(...exact)).toBeLessThan(20)
      const moments = summary.kind === 'numeric' ? summary.moments! : undefined
      expect(moments!.mean).toBeCloseTo(values.reduce((sum, v) => sum + v, 0) / 200, 9)
      expect(moments!.min).toBe(Math.min(...values))
    })

    const encoded = Float32Array.from(rows.flatMap(([a, ...rest]) => [(a! - 1) / 2, ...rest]))
    const { y } = await runGraph(out, manifest, manifest.graph, { x: { shape: [200, 4], data: encoded } })
    const said = rows.map((_, at) => {
      const scores = [...y!.slice(at * 3, at * 3 + 3)] as number[]
      return labels[scores.indexOf(Math.max(...scores))]!
    })
    const right = said.filter((label, at) => label === truth[at]).length
    expect(baseline.evaluation!.metrics['accuracy']).toBeCloseTo(right / 200, 12)
    expect(baseline.outputs!['y']).toMatchObject({ kind: 'classes', count: 200 })
    const feedback = baseline.evaluation!.feedback['y']!
    const cells = new Map<number, number>()
    said.forEach((label, at) => {
      const cell = labels.indexOf(truth[at]!) * 3 + labels.indexOf(label)
      cells.set(cell, (cells.get(cell) ?? 0) + 1)
    })
    const sorted = [...cells].sort(([one], [other]) => one - other)
    expect(feedback.kind === 'labels' && feedback.confusion).toEqual({
      labels,
      cells: sorted.flatMap(([cell, count], at) => [cell - (sorted[at - 1]?.[0] ?? 0), count]),
    })
    expect((await run({ baseline: { data: path } })).file).toEqual(packed)
  })

  it('counts what the pipeline refuses and what is missing, as devices do', async () => {
    const { run, out, data } = await workbench()
    const bad = [
      [1, 2, 3, 5000, 'star'],
      [1, 2, 3, '', 'star'],
    ]
    const path = await data('train.csv', csv([[...features, 'shape'], ...labelled, ...bad]))
    const { manifest, baseline: told } = await run({ baseline: { data: path } })
    expect(told!.refused).toBe(1)
    const { samples, features: measured, evaluation } = await baselineOf(out, manifest)
    expect(samples).toBe(201)
    expect(measured.raw!['d']).toMatchObject({ count: 202, failed: 1, missing: 1 })
    expect(measured.processed!['d']).toMatchObject({ count: 201 })
    expect(evaluation!.samples).toBe(201)
  })

  it('is worth what it is on data that it was not trained on, where they are given', async () => {
    const { run, out, data } = await workbench()
    const training = await data('train.csv', csv([[...features, 'shape'], ...labelled]))
    const heldOut = await data('test.csv', csv([[...features, 'shape'], ...labelled.slice(0, 30)]))
    const { manifest } = await run({ baseline: { data: training, heldOut } })
    const baseline = await baselineOf(out, manifest)
    expect([baseline.samples, baseline.evaluation!.samples]).toEqual([200, 30])
  })

  it('reads columns by name in any order, without a header by place, and without labels', async () => {
    const { run, out, data } = await workbench()
    const turned = csv([
      ['note', 'shape', ...features.toReversed()],
      ...labelled.map((row) => ['x', row[4]!, ...row.slice(0, 4).toReversed()]),
    ])
    const named = await run({ baseline: { data: await data('turned.csv', turned), target: 'shape' } })
    const plain = await run({ baseline: { data: await data('plain.csv', csv(labelled)) } })
    expect(named.manifest.baseline).toEqual(plain.manifest.baseline)
    const bare = await run({ baseline: { data: await data('bare.tsv', csv(rows).replaceAll(',', '\t')) } })
    const { evaluation, features: measured } = await baselineOf(out, bare.manifest)
    expect(evaluation).toBeUndefined()
    expect(measured).toEqual((await baselineOf(out, plain.manifest)).features)
  })

  it.each([
    [
      'a feature without its column',
      csv([
        ['a', 'b', 'c'],
        [1, 2, 3],
      ]),
      'DATA_INVALID',
    ],
    [
      'several columns that are no features',
      csv([
        [...features, 'x', 'y'],
        [1, 2, 3, 4, 5, 6],
      ]),
      'DATA_INVALID',
    ],
    [
      'a target that is no label',
      csv([
        [...features, 'shape'],
        [1, 2, 3, 4, 'hexagon'],
      ]),
      'DATA_INVALID',
    ],
    [
      'a missing target',
      csv([
        [...features, 'shape'],
        [1, 2, 3, 4, ''],
      ]),
      'DATA_INVALID',
    ],
    ['too many columns without names', '1,2,3,4,5,6,7', 'DATA_INVALID'],
    ['rows that are all refused', csv([features, [1, 2, 3, 5000]]), 'DATA_INVALID'],
    ['text where a number belongs', csv([features, [1, 2, 3, 'four']]), 'DATA_INVALID'],
    ['nothing', '', 'DATA_INVALID'],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00]), 'DATA_INVALID'],
  ])('refuses %s', async (_, content, expected) => {
    const { run, data } = await workbench()
    await expect(run({ baseline: { data: await data('train.csv', content) } })).rejects.toEqual(
      code(expected),
    )
  })

  it('refuses a file that is not there, and a table for a model that reads none', async () => {
    const { run } = await workbench()
    await expect(run({ baseline: { data: '/nowhere.csv' } })).rejects.toEqual(code('DATA_INVALID'))
    const other = await workbench(null)
    const path = await other.data('train.csv', csv(rows))
    await expect(other.run({ baseline: { data: path } })).rejects.toEqual(code('CONFIG_INVALID'))
  })
})

it('measures tensors as golden inputs are given', async () => {
  const { run, out, data } = await workbench({ inputs: [], outputs: pipeline.outputs })
  const path = await data(
    'train.json',
    JSON.stringify({
      cases: [{ inputs: { x: rows }, targets: truth.map((label) => labels.indexOf(label)) }],
    }),
  )
  const { manifest } = await run({ baseline: { data: path } })
  const { samples, features: measured, evaluation } = await baselineOf(out, manifest)
  expect([samples, evaluation!.samples]).toEqual([200, 200])
  const mean = measured.raw!['x.mean']!
  expect(mean).toMatchObject({ kind: 'numeric', count: 200 })
  expect(mean.kind === 'numeric' && mean.histogram!.reduce((sum, count) => sum + count, 0)).toBe(200)
})

it('measures images as an app would pass them', async () => {
  const image: Pipeline = {
    inputs: [
      {
        kind: 'image',
        name: 'picture',
        tensor: 'x',
        layout: 'nchw',
        steps: [{ op: 'greyscale' }, { op: 'scale', by: 1 / 255 }],
      },
    ],
    outputs: pipeline.outputs,
  }
  const signature: Manifest['signature'] = {
    inputs: [{ name: 'x', dtype: 'float32', shape: ['n', 1, 2, 2] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['n', 3] }],
  }
  const { imageBatches } = await import('./baseline/image-batches.ts')
  const folder = await temporaryFolder()
  await file(
    folder,
    'picture.npy',
    npy('|u1', [3, 2, 2], Uint8Array.from([0, 0, 0, 0, 255, 255, 255, 255, 51, 51, 51, 51])),
  )
  await file(folder, 'targets.npy', npy('<i4', [3], Int32Array.from([0, 1, 2])))
  const [input] = image.inputs
  const training = (await imageBatches(folder, input as Extract<typeof input, { kind: 'image' }>, 2))!
  expect(training.map(({ targets }) => targets)).toEqual([[0, 1], [2]])
  const { baseline, telemetry } = await measureBaseline(
    { model: 'pictures', version: '1.0.0', signature, pipeline: image } as Manifest,
    ({ x }) =>
      Promise.resolve({
        y: { dtype: 'float32', shape: [x!.shape[0]!, 3], data: new Float32Array(x!.shape[0]! * 3) },
      }),
    { training },
  )
  expect(telemetry.features!.map(({ name }) => name)).toEqual(['picture.brightness', 'picture.contrast'])
  const brightness = baseline.features.raw!['picture.brightness']!
  expect(brightness.kind === 'numeric' && brightness.moments).toMatchObject({
    count: 3,
    mean: 0.4,
    min: 0,
    max: 1,
  })
  expect(baseline.features.processed!['picture.brightness']).toMatchObject({ count: 3 })

  await file(folder, 'targets.npy', npy('<i4', [2], Int32Array.from([0, 1])))
  await expect(imageBatches(folder, input as never, 2)).rejects.toEqual(code('DATA_INVALID'))
  await file(folder, 'picture.npy', npy('<f4', [1, 2, 2], new Float32Array(4)))
  await expect(imageBatches(folder, input as never, 2)).rejects.toEqual(code('DATA_INVALID'))
})

it('is published with its version: servers read it where devices read the rest', async () => {
  const { run, data, out } = await workbench()
  const { manifest } = await run({ baseline: { data: await data('train.csv', csv(labelled)) } })
  const machine = await signedServer()
  await publish(out, machine)
  const answer = await fetch(`${machine.server}/repository/${paths.blob(manifest.baseline!.sha256)}`)
  const bytes = new Uint8Array(await answer.arrayBuffer())
  expect(parseBaseline(bytes, manifest).samples).toBe(200)
})

describe('that was measured before', () => {
  it('is packed again with the section that it was measured with, and with no other', async () => {
    const { run, out, data, config } = await workbench()
    const path = await data('train.csv', csv(labelled))
    const first = (await run({ baseline: { data: path } })).manifest
    await data('baseline.json', await packedFile(out, first.baseline!))
    await config({ telemetry: first.telemetry, baseline: { file: 'baseline.json' } })
    const second = (await run()).manifest
    expect(second.baseline).toEqual(first.baseline)
    expect(second.telemetry).toEqual(first.telemetry)

    await config({ baseline: { file: 'baseline.json' } })
    await expect(run()).rejects.toEqual(code('DATA_INVALID'))
    await config({ telemetry: first.telemetry, baseline: { file: 'baseline.json' } })
    await expect(run({ version: '1.0.1' })).rejects.toEqual(code('DATA_INVALID'))
    await config({ telemetry: { features: 'all' } })
    await expect(run()).rejects.toEqual(code('CONFIG_INVALID'))
  })
})

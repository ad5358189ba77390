import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'

import { graphBuilder, writeModel } from '@homing/onnx'
import { type Manifest, type Probes, typedArrays } from '@homing/protocol'
import { describe, expect, it } from 'vitest'

import { classifier } from '../../test/classifier-fixture.ts'
import { code, file, temporaryFolder } from '../../test/fixture.ts'
import { npy } from '../../test/npy.ts'
import { packedFile, runGraph } from '../../test/packed-graphs.ts'
import { layersFixture } from '../../test/tfjs-fixture.ts'
import { pack } from './pack.ts'
import type { PackOptions } from './pack-options.ts'

const rows = [
  [1, 2, 3, 4],
  [-1, 0.5, 0, 2],
]

/** A folder with a classifier to pack, and what packs it. */
async function workbench(bytes = classifier()) {
  const folder = await temporaryFolder()
  const source = await file(folder, 'model.onnx', bytes)
  const out = join(folder, 'out')
  const run = (options: PackOptions = {}) =>
    pack(source, { model: 'shapes', version: '1.0.0', out, ...options })
  return { folder, out, run }
}

/** The numbers of a probe's tensor. */
async function numbers(
  folder: string,
  file: Probes['inputs'],
  place: Probes['cases'][number]['inputs'][number],
) {
  const bytes = await packedFile(folder, file)
  const { dtype, offset, size } = place
  if (dtype === 'string') throw new Error('a string')
  return [...(new typedArrays[dtype](bytes.slice(offset, offset + size).buffer) as Float32Array)]
}

/** What the packed classifier gives for each row. */
async function given(out: string, manifest: Manifest): Promise<number[][]> {
  return Promise.all(
    rows.map(async (row) => {
      const x = { shape: [1, 4], data: Float32Array.from(row) }
      return [...(await runGraph(out, manifest, manifest.graph, { x }))['y']!]
    }),
  )
}

describe('pack --probes', () => {
  it('draws inputs, runs them here, and packs equal bytes for equal input', async () => {
    const { out, run } = await workbench()
    const { manifest, file: first } = await run({ probes: true })
    const { cases, inputs, outputs, source, tolerance } = manifest.probes!
    expect(source).toBe('computed')
    expect(cases.slice(0, 6).map((each) => each.inputs[0]!.shape)).toEqual([
      [1, 4],
      [1, 4],
      [1, 4],
      [1, 4],
      [4, 4],
      [4, 4],
    ])
    for (const each of cases) {
      const x = {
        shape: each.inputs[0]!.shape,
        data: new Float32Array(await numbers(out, inputs, each.inputs[0]!)),
      }
      const { y } = await runGraph(out, manifest, manifest.graph, { x })
      expect(await numbers(out, outputs, each.outputs[0]!)).toEqual([...y!])
    }
    expect(tolerance.absolute).toBeGreaterThan(0)
    expect((await run({ probes: true })).file).toEqual(first)
    const other = (await run({ probes: { seed: 2, cases: 1 } })).manifest.probes!
    expect(other.inputs).not.toEqual(inputs)
    expect(other.cases.length).toBeLessThanOrEqual(2)
  })

  it("takes the author's outputs, as JSON", async () => {
    const { folder, out, run } = await workbench()
    const wanted = await given(out, (await run()).manifest)
    const cases = rows.map((row, at) => ({
      inputs: { x: [row] },
      outputs: { y: { shape: [1, 3], data: wanted[at]!.map((value) => value * (1 + 1e-5)) } },
    }))
    const { manifest } = await run({ probes: await file(folder, 'golden.json', { cases }) })
    const { probes } = manifest
    expect(probes).toMatchObject({ source: 'author', tolerance: { relative: 3e-4 } })
    expect(await numbers(out, probes!.inputs, probes!.cases[1]!.inputs[0]!)).toEqual(rows[1])
    const kept = await numbers(out, probes!.outputs, probes!.cases[0]!.outputs[0]!)
    expect(kept).toEqual([...Float32Array.from(cases[0]!.outputs.y.data)])
  })

  it("takes the author's outputs as NumPy saved them, of wider numbers too", async () => {
    const { folder, out, run } = await workbench()
    const wanted = await given(out, (await run()).manifest)
    const golden = join(folder, 'golden')
    for (const [at, row] of rows.entries()) {
      await mkdir(join(golden, `${at}`), { recursive: true })
      await file(golden, `${at}/x.npy`, npy('<f8', [1, 4], Float64Array.from(row)))
      await file(golden, `${at}/y.npy`, npy('<f4', [1, 3], Float32Array.from(wanted[at]!)))
    }
    const { probes } = (await run({ probes: golden })).manifest
    expect(probes).toMatchObject({ source: 'author', cases: [{}, {}] })
  })

  it('refuses a model that does not give what its framework gave, and names the worst element', async () => {
    const { folder, out, run } = await workbench()
    const wanted = await given(out, (await run()).manifest)
    const cases = rows.map((row, at) => ({ inputs: { x: [row] }, outputs: { y: [[...wanted[at]!]] } }))
    cases[0]!.outputs.y[0]![0]! += 0.02
    cases[1]!.outputs.y[0]![2]! += 0.5
    const golden = await file(folder, 'golden.json', { cases })
    await expect(run({ version: '2.0.0', probes: golden })).rejects.toMatchObject({
      code: 'PROBE_FAILED',
      message: expect.stringMatching(/case 2 element 2 of output "y"/) as string,
    })
    // What the publisher allows is allowed.
    const tolerance = { absolute: 1, relative: 0 }
    const { manifest } = await run({ version: '2.0.0', probes: { golden, tolerance } })
    expect(manifest.probes!.tolerance).toEqual(tolerance)
  })

  it('refuses wrong labels where each element is within tolerance', async () => {
    const { folder, out, run } = await workbench()
    const [wanted] = await given(out, (await run()).manifest)
    const order = [...wanted!].sort((a, b) => b - a)
    const swapped = wanted!.map((value) =>
      value === order[0] ? order[1]! : value === order[1] ? order[0]! : value,
    )
    const gap = order[0]! - order[1]!
    const golden = await file(folder, 'golden.json', {
      cases: [{ inputs: { x: [rows[0]] }, outputs: { y: [swapped] } }],
    })
    const tolerance = { absolute: gap / 2, relative: 0, labels: 1 }
    await expect(run({ probes: { golden, tolerance } })).rejects.toEqual(code('PROBE_FAILED'))
  })

  it.each<[string, unknown, string]>([
    ['another input', { cases: [{ inputs: { z: [rows[0]] } }] }, 'DATA_INVALID'],
    [
      'another output',
      { cases: [{ inputs: { x: [rows[0]] }, outputs: { z: [[1, 2, 3]] } }] },
      'DATA_INVALID',
    ],
    ['ragged rows', { cases: [{ inputs: { x: [[1, 2, 3, 4], [1]] } }] }, 'DATA_INVALID'],
    ['too few numbers', { cases: [{ inputs: { x: { shape: [1, 4], data: [1] } } }] }, 'DATA_INVALID'],
    ['words', { cases: [{ inputs: { x: [['a', 'b', 'c', 'd']] } }] }, 'DATA_INVALID'],
    ['another shape', { cases: [{ inputs: { x: [[1, 2]] } }] }, 'PROBE_INVALID'],
    ['no input', { cases: [{ inputs: {} }] }, 'PROBE_INVALID'],
    ['NaN', { cases: [{ inputs: { x: [[null, 1, 2, 3]] } }] }, 'DATA_INVALID'],
    ['no case', { cases: [] }, 'DATA_INVALID'],
    [
      'outputs in some cases',
      { cases: [{ inputs: { x: [rows[0]] }, outputs: { y: [[0, 0, 0]] } }, { inputs: { x: [rows[0]] } }] },
      'DATA_INVALID',
    ],
    ['no JSON', '<html>', 'DATA_INVALID'],
  ])('refuses golden inputs with %s', async (_what, content, expected) => {
    const { folder, run } = await workbench()
    await expect(run({ probes: await file(folder, 'golden.json', content) })).rejects.toEqual(code(expected))
  })

  it.each<[string, Uint8Array | string]>([
    ['no .npy file', 'x'],
    ['strings', npy('<U1', [1], new Uint32Array(1))],
    ['columns first', npy('<f4', [2, 4], new Float32Array(8), true)],
    ['fewer bytes than its shape', npy('<f4', [1, 5], new Float32Array(4))],
  ])('refuses a folder with %s', async (_what, content) => {
    const { folder, run } = await workbench()
    await file(folder, 'golden/x.npy', content)
    await expect(run({ probes: join(folder, 'golden') })).rejects.toEqual(code('DATA_INVALID'))
  })

  it('refuses a model whose outputs are not numbers', async () => {
    const { run } = await workbench(classifier((g, logits) => g.op('Log', [g.op('Sub', [logits, logits])])))
    // 0 everywhere: its logarithm is an infinity, which backends agree on.
    await expect(run({ probes: true })).resolves.toMatchObject({
      manifest: { probes: { source: 'computed' } },
    })
    const broken = await workbench(
      classifier((g, logits) => g.op('Sqrt', [g.op('Sub', [logits, g.scalar(1e6)])])),
    )
    await expect(broken.run({ probes: true })).rejects.toMatchObject({
      code: 'PROBE_INVALID',
      message: expect.stringMatching(/NaN for probe 1/) as string,
    })
  })

  it('draws further inputs for channels that the first leave at rest', async () => {
    const g = graphBuilder('gates')
    // Each hidden unit answers to inputs far on one side of it alone: few of those that are drawn.
    const bias = Float32Array.from({ length: 16 }, (_, unit) => -0.9 - unit / 40)
    const kernel = Float32Array.from({ length: 64 }, (_, at) => (Math.floor(at / 16) === at % 4 ? 1 : 0))
    const hidden = g.op('Gemm', [
      g.input('x', 'float32', ['n', 4]),
      g.parameter('kernel', 'float32', [4, 16], kernel),
      g.parameter('bias', 'float32', [16], bias),
    ])
    const head = g.parameter(
      'head',
      'float32',
      [16, 2],
      Array.from({ length: 32 }, (_, at) => 1 + (at % 3)),
    )
    g.output('y', g.op('MatMul', [g.op('Relu', [hidden]), head]), 'float32', ['n', 2])
    const { run } = await workbench(writeModel(g.build()))
    const { manifest, coverage } = await run({ probes: { cases: 2 } })
    expect(coverage!.damaged).toBe(16)
    expect(coverage!.noticed).toBeGreaterThan(12)
    expect(manifest.probes!.cases.length).toBeGreaterThan(2)
    expect(manifest.probes!.cases.length).toBeLessThanOrEqual(4)
  })

  it('probes a layers model of TensorFlow.js', async () => {
    const folder = await temporaryFolder()
    const { manifest } = await pack(await layersFixture(folder), {
      model: 'layers',
      version: '1.0.0',
      out: join(folder, 'out'),
      probes: true,
    })
    expect(manifest.probes).toMatchObject({ source: 'computed' })
  })
})

import { join } from 'node:path'

import { graphBuilder, writeModel } from '@homing/onnx'
import { allFiles, type Manifest, withVariant } from '@homing/protocol'
import { describe, expect, it } from 'vitest'

import { code, file, temporaryFolder } from '../../test/fixture.ts'
import { denseModel } from '../../test/onnx-fixture.ts'
import { runGraph } from '../../test/packed-graphs.ts'
import { layersFixture } from '../../test/tfjs-fixture.ts'
import { describePackage } from '../commands/describe-package.ts'
import { pack } from './pack.ts'
import type { PackOptions } from './pack-options.ts'

const waves = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => Math.sin(i * 1.7 + seed) / 4)

/** 16 -> 64 -> 3: large enough to be worth 8 bits; equal seeds give equal bytes. */
function network(seed = 1): Uint8Array {
  const g = graphBuilder('network')
  const x = g.input('x', 'float32', ['n', 16])
  const hidden = g.op('Relu', [
    g.op('MatMul', [x, g.parameter('body', 'float32', [16, 64], waves(1024, seed))]),
  ])
  g.output('y', g.op('MatMul', [hidden, g.parameter('head', 'float32', [64, 3], waves(192, 2))]), 'float32', [
    'n',
    3,
  ])
  return writeModel(g.build())
}

async function workbench(bytes = network()) {
  const folder = await temporaryFolder()
  const source = await file(folder, 'model.onnx', bytes)
  const out = join(folder, 'out')
  const run = (options: PackOptions = {}) =>
    pack(source, { model: 'network', version: '1.0.0', out, ...options })
  return { folder, out, run }
}

const x = { shape: [4, 16], data: waves(64, 9) }
const outputs = async (out: string, manifest: Manifest): Promise<readonly number[]> => [
  ...(await runGraph(out, manifest, manifest.graph, { x }))['y']!,
]

describe('pack --quantize', () => {
  it('packs the model in every precision, each with the same signature and probes of its own', async () => {
    const { out, run } = await workbench()
    const { manifest } = await run({ quantize: true, probes: true })
    expect(manifest.variants!.map(({ precision }) => precision)).toEqual(['fp16', 'int8', 'int8-dynamic'])
    const exact = await outputs(out, manifest)
    for (const variant of manifest.variants!) {
      const chosen = withVariant(manifest, variant.precision)!
      const found = await outputs(out, chosen)
      expect(found).not.toEqual(exact)
      found.forEach((value, at) => expect(value).toBeCloseTo(exact[at]!, 1))
      expect(variant.parameters.size).toBeLessThan(manifest.parameters.size * 0.55)
      const { probes } = variant
      expect(probes!.inputs).toEqual(manifest.probes!.inputs)
      expect(probes!.outputs).not.toEqual(manifest.probes!.outputs)
      expect(probes!.source).toBe('computed')
    }
    // Both forms of 8 bits have the same weights; every set has the same inputs.
    const [, int8, dynamic] = manifest.variants!
    expect(dynamic!.parameters).toEqual(int8!.parameters)
    expect(allFiles(manifest)).toHaveLength(4 * 4 - 1 - 3)
    expect((await run({ quantize: true, probes: true })).manifest).toEqual(manifest)
  })

  it('tells what each precision costs on labelled examples', async () => {
    const { folder, out, run } = await workbench()
    const exact = await outputs(out, (await run()).manifest)
    const targets = [0, 1, 2, 3].map((row) => {
      const scores = exact.slice(row * 3, row * 3 + 3)
      return scores.indexOf(Math.max(...scores))
    })
    targets[3] = (targets[3]! + 1) % 3
    const examples = await file(folder, 'examples.json', {
      cases: [{ inputs: { x: { shape: x.shape, data: [...x.data] } }, targets }],
    })
    const result = await run({ quantize: ['int8'], examples })
    expect(result.evaluations.fp32).toEqual({ metric: 'accuracy', value: 0.75, examples: 4 })
    expect(result.manifest.variants![0]!.metrics).toEqual({ accuracy: result.evaluations.int8!.value })
    const text = describePackage(result).join('\n')
    expect(text).toMatch(/fp32 +\S+ \S+, accuracy 75\.00% on 4 examples/)
    expect(text).toMatch(/int8 +\S+ \S+, accuracy \S+% \([+-]\S+%\) on 4 examples/)
  })

  it('keeps shards of what did not change since the parent', async () => {
    const { folder, out, run } = await workbench()
    const first = (await run({ quantize: ['int8'] })).manifest
    const next = await pack(await file(folder, 'next.onnx', network(1)), {
      model: 'network',
      version: '1.1.0',
      parent: '1.0.0',
      out,
      quantize: ['int8'],
    })
    expect(next.manifest.variants![0]!.parameters.shards).toEqual(first.variants![0]!.parameters.shards)
  })

  it('is said in pack.json, too', async () => {
    const { folder, out } = await workbench()
    await file(folder, 'examples.json', { cases: [{ inputs: { x: [[...waves(16, 1)]] }, targets: [0] }] })
    const config = {
      model: 'network',
      version: '1.0.0',
      source: 'model.onnx',
      probes: { cases: 2 },
      variants: { precisions: ['fp16'], examples: 'examples.json' },
    }
    const { manifest } = await pack(await file(folder, 'pack.json', config), { out })
    expect(manifest.variants).toMatchObject([
      { precision: 'fp16', probes: { source: 'computed' }, metrics: {} },
    ])
  })

  it('refuses what cannot be', async () => {
    const { folder, run } = await workbench()
    await expect(run({ examples: 'x.json' })).rejects.toEqual(code('CONFIG_INVALID'))
    await expect(run({ quantize: true, examples: join(folder, 'none.json') })).rejects.toEqual(
      code('DATA_INVALID'),
    )
    const examples = await file(folder, 'short.json', {
      cases: [{ inputs: { x: [[...waves(16, 1)]] }, targets: [] }],
    })
    await expect(run({ quantize: ['int8'], examples })).rejects.toEqual(code('DATA_INVALID'))
    const small = await workbench(denseModel())
    await expect(small.run({ quantize: ['int8'] })).rejects.toEqual(code('ONNX_UNSUPPORTED'))
    const layers = await layersFixture(await temporaryFolder())
    const tfjs = pack(layers, { model: 'layers', version: '1.0.0', out: folder, quantize: ['fp16'] })
    await expect(tfjs).rejects.toEqual(code('CONFIG_INVALID'))
  })
})

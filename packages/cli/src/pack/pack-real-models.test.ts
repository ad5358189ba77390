import { existsSync, readdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { allFiles, type HomingError, type Manifest, paths } from '@homing/protocol'
import { expect, onTestFinished, test } from 'vitest'

import { type Numbers, trainPacked } from '../../test/packed-graphs.ts'
import { readBlob } from '../publish/packed-version.ts'
import { pack } from './pack.ts'

const artifacts = fileURLToPath(new URL('../../../../models/artifacts/', import.meta.url))
/** The models of the ONNX project that PyTorch wrote, or that test whole models: Debian's libonnx-testdata. */
const foreign = process.env['ONNX_TEST_DATA'] ?? '/usr/share/libonnx-testdata/data'

/** Most bytes of the training and explanation graphs of such small models. */
const maxStepBytes = 16 * 1024

/** A folder that is gone after the test. */
async function out(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'homing-pack-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test(
  'the models of models/ pack, and their updates carry parameters alone',
  { timeout: 120_000 },
  async () => {
    const folder = await out()
    const compare = new Intl.Collator('en', { numeric: true }).compare
    const byModel = new Map<string, Manifest[]>()
    for (const model of readdirSync(artifacts)) {
      for (const version of readdirSync(join(artifacts, model)).sort(compare)) {
        const { manifest } = await pack(join(artifacts, model, version), { out: folder })
        expect([manifest.model, manifest.version]).toEqual([model, version])
        expect(manifest.pipeline?.outputs).toHaveLength(1)
        expect(manifest.card?.document?.size).toBeGreaterThan(1000)
        for (const file of allFiles(manifest)) await readBlob(folder, file)
        expect(manifest.training?.tensors).toEqual(manifest.parameters.tensors.map(({ name }) => name))
        const { training, explanation } = manifest
        for (const graph of [training?.graph?.file, explanation?.graph])
          expect(graph?.size ?? 0).toBeLessThan(maxStepBytes)
        expect([training?.graph, explanation].every((section) => section !== undefined)).toBe(
          manifest.engine === 'onnx',
        )
        const { probes, variants = [] } = manifest
        expect(probes).toMatchObject({ source: model === 'digits-tfjs' ? 'author' : 'computed' })
        expect(variants.map(({ precision }) => precision)).toEqual(
          model === 'digits' ? ['fp16', 'int8', 'int8-dynamic'] : [],
        )
        byModel.set(model, [...(byModel.get(model) ?? []), manifest])
      }
    }
    expect([...byModel.keys()]).toEqual(expect.arrayContaining(['digits', 'digits-tfjs', 'wine']))
    for (const [first, ...later] of byModel.values()) {
      for (const update of later) {
        expect(update.graph).toEqual(first!.graph)
        expect(update.training).toEqual(first!.training)
        expect(update.explanation).toEqual(first!.explanation)
        expect(update.parameters.tensors).toEqual(first!.parameters.tensors)
        const graphs = (manifest: Manifest) => manifest.variants?.map(({ graph }) => graph)
        expect(graphs(update)).toEqual(graphs(first!))
      }
    }
    const [onnx, tfjs] = [byModel.get('digits')!.at(-1)!, byModel.get('digits-tfjs')!.at(-1)!]
    expect(tfjs.parameters.size).toBe(onnx.parameters.tensors.reduce((sum, { size }) => sum + size, 0))
  },
)

test(
  'models that other tools exported pack, or are refused with advice',
  { timeout: 120_000 },
  async ({ annotate }) => {
    const folder = await out()
    const groups = ['pytorch-converted', 'pytorch-operator', 'simple'].filter((group) =>
      existsSync(join(foreign, group)),
    )
    if (groups.length === 0)
      return annotate(`${foreign} is not installed (Debian: libonnx-testdata): its models were not packed`)
    let packed = 0
    for (const group of groups) {
      for (const name of readdirSync(join(foreign, group))) {
        try {
          const { manifest } = await pack(join(foreign, group, name, 'model.onnx'), {
            model: 'foreign',
            version: '1.0.0',
            out: folder,
          })
          expect(existsSync(join(folder, paths.blob(manifest.graph.sha256)))).toBe(true)
          packed += 1
        } catch (error) {
          expect([name, (error as HomingError).code]).toEqual([name, 'ONNX_UNSUPPORTED'])
        }
      }
    }
    expect(packed).toBeGreaterThan(100)
  },
)

test(
  'every foreign model that learned something gets a training graph, and its step runs',
  { timeout: 120_000 },
  async ({ annotate }) => {
    const groups = ['pytorch-converted', 'pytorch-operator', 'simple'].filter((group) =>
      existsSync(join(foreign, group)),
    )
    if (groups.length === 0)
      return annotate(`${foreign} is not installed (Debian: libonnx-testdata): its models were not trained`)
    const folder = await out()
    const refused: string[] = []
    let trained = 0
    for (const name of groups.flatMap((group) =>
      readdirSync(join(foreign, group)).map((name) => join(group, name)),
    )) {
      const source = join(foreign, name, 'model.onnx')
      const options = { model: 'foreign', version: '1.0.0', out: folder }
      const plain = await pack(source, options).catch(() => undefined)
      if (!plain?.manifest.parameters.tensors.some(({ dtype }) => dtype === 'float32')) continue
      try {
        const explain = plain.manifest.signature.inputs.some(({ dtype }) => dtype === 'float32')
        const { manifest } = await pack(source, { ...options, train: true, explain })
        const losses = await trainPacked(folder, manifest, anyBatch(manifest), 2)
        expect([name, losses.every(Number.isFinite)]).toEqual([name, true])
        trained += 1
      } catch (error) {
        refused.push(`${name}: ${String(error)}`)
      }
    }
    expect(refused).toEqual([])
    expect(trained).toBeGreaterThan(40)
  },
)

/** Some numbers for everything that a step is fed from outside. */
function anyBatch({ training }: Manifest): Record<string, Numbers> {
  return Object.fromEntries(
    [...training!.inputs, training!.targets].map(({ name, dtype, shape }): [string, Numbers] => {
      const length = shape.reduce((product, dim) => product * dim, 1)
      if (dtype === 'float32')
        return [name, { shape, data: Float32Array.from({ length }, (_, i) => Math.sin(i) / 2 + 0.6) }]
      return [name, { shape, data: dtype === 'int64' ? new BigInt64Array(length) : new Int32Array(length) }]
    }),
  )
}

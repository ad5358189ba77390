import { mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { graphBuilder, type GraphBuilder, writeModel } from '@homing/onnx'
import { type Manifest, maxShardBytes, parseManifest, paths } from '@homing/protocol'
import { env, InferenceSession, Tensor } from 'onnxruntime-web/wasm'
import { describe, expect, test } from 'vitest'

import { code, file, sha256, temporaryFolder } from '../../test/fixture.ts'
import { denseModel, endInMaps, external, externalModel, joinedShards } from '../../test/onnx-fixture.ts'
import { layersFixture } from '../../test/tfjs-fixture.ts'
import { pack } from './pack.ts'

// Left alone, onnxruntime-web asks node:os for the number of cores by a `require` that modules do not have.
env.wasm.numThreads = 1

const flags = { model: 'dense', version: '1.0.0' }
const input = Float32Array.from({ length: 16 }, (_, i) => Math.cos(i))

/** Runs a model on plain onnxruntime-web. */
async function run(model: Uint8Array, data?: Uint8Array): Promise<unknown> {
  const externalData = data ? [{ path: 'parameters.bin', data }] : []
  const session = await InferenceSession.create(model, { executionProviders: ['wasm'], externalData })
  const { y } = await session.run({ x: new Tensor('float32', input, [2, 8]) })
  await session.release()
  return y!.data
}

/** Runs a packed version as a device does: graph, and shards one after another. */
async function runPacked(folder: string, { graph, parameters }: Manifest): Promise<unknown> {
  const bytes = await readFile(join(folder, paths.blob(graph.sha256)))
  return run(bytes, await joinedShards(folder, parameters.shards))
}

describe('an ONNX file', () => {
  test('becomes a package that gives the same outputs, bit for bit', async () => {
    const folder = await temporaryFolder()
    const source = await file(folder, 'model.onnx', denseModel())
    const packed = await pack(source, { ...flags, out: join(folder, 'out') })
    expect(packed.manifest).toMatchObject({
      format: 1,
      model: 'dense',
      version: '1.0.0',
      engine: 'onnx',
      signature: {
        inputs: [{ name: 'x', dtype: 'float32', shape: ['n', 8], finite: true }],
        outputs: [{ name: 'y', dtype: 'float32', shape: ['n', 16] }],
      },
      parameters: { path: 'parameters.bin', tensors: [{ name: 'W' }, { name: 'b' }] },
    })
    expect(await runPacked(packed.folder, packed.manifest)).toEqual(await run(denseModel()))

    const bytes = await readFile(join(packed.folder, paths.manifest('dense', '1.0.0')))
    expect(parseManifest(bytes)).toEqual(packed.manifest)
    expect(packed.file).toEqual({ sha256: sha256(bytes), size: bytes.byteLength })
    for (const name of await readdir(join(packed.folder, 'blobs'))) {
      expect(sha256(await readFile(join(packed.folder, 'blobs', name)))).toBe(name)
    }
  })

  test('gives the same bytes each time', async () => {
    const folder = await temporaryFolder()
    const source = await file(folder, 'model.onnx', denseModel())
    const [first, second] = [
      await pack(source, { ...flags, out: join(folder, 'a') }),
      await pack(source, { ...flags, out: join(folder, 'b') }),
    ]
    expect(second.file).toEqual(first.file)
    expect(await readdir(join(folder, 'b/blobs'))).toEqual(await readdir(join(folder, 'a/blobs')))
  })

  test('an update leaves the graph unchanged, and shards are grouped as in the parent', async () => {
    const out = await temporaryFolder()
    const of = async (seed: number, version: string, parent?: string) =>
      (await pack(await file(out, 'model.onnx', denseModel(seed)), { model: 'dense', version, parent, out }))
        .manifest
    const first = await of(1, '1.0.0')
    const second = await of(2, '1.1.0', '1.0.0')
    expect(second.parent).toBe('1.0.0')
    expect(second.graph).toEqual(first.graph)
    expect(second.parameters.shards).not.toEqual(first.parameters.shards)
    expect(second.parameters.tensors).toEqual(first.parameters.tensors)
    // The folder of the parent, whose newest earlier version it is.
    expect((await of(2, '1.2.0', out)).parent).toBe('1.1.0')
    await expect(of(2, '1.3.0', '0.9.0')).rejects.toThrow(code('VERSION_UNKNOWN'))
    await expect(of(2, '1.3.0', '1.3.0')).rejects.toThrow(code('CONFIG_INVALID'))
    await expect(of(2, '1.3.0', join(out, 'none'))).rejects.toThrow(code('VERSION_UNKNOWN'))
  })

  test('--allow-nan lets NaN pass', async () => {
    const folder = await temporaryFolder()
    const source = await file(folder, 'model.onnx', denseModel())
    const { manifest } = await pack(source, { ...flags, out: folder, allowNaN: true })
    expect(manifest.signature.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: ['n', 8] }])
  })
})

describe('outputs that the file leaves open', () => {
  async function packGraph(build: (graph: GraphBuilder) => void, edit = writeModel) {
    const folder = await temporaryFolder()
    const graph = graphBuilder('open')
    build(graph)
    const source = await file(folder, 'model.onnx', edit(graph.build()))
    return (await pack(source, { ...flags, out: folder })).manifest
  }

  test('a rank is found by running the model once', async () => {
    const { signature } = await packGraph((graph) => {
      const x = graph.input('x', 'float32', ['n', 8])
      graph.output('y', graph.op('Squeeze', [x]), 'float32')
    })
    expect(signature.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: ['y.0'] }])
  })

  test('a model that does not run on zeros is refused with advice', async () => {
    const packed = packGraph((graph) => {
      const x = graph.input('x', 'float32', ['n', 8])
      const shape = graph.input('shape', 'int64', ['r'])
      graph.output('y', graph.op('Reshape', [x, shape]), 'float32')
    })
    await expect(packed).rejects.toThrow(code('ONNX_UNSUPPORTED'))
  })

  test('maps of probabilities become a table whose labels are kept as a reading', async () => {
    const { signature, pipeline } = await packGraph((graph) => {
      const x = graph.input('x', 'float32', ['n', 2])
      const maps = graph.ops(
        'ZipMap',
        [x],
        ['y'],
        { classlabels_strings: ['no', 'yes'] },
        { domain: 'ai.onnx.ml' },
      )
      graph.output('y', maps[0]!, 'float32', ['n', 2])
    }, endInMaps)
    expect(signature.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: ['n', 2] }])
    expect(pipeline?.outputs).toEqual([
      { kind: 'classification', tensor: 'y', activation: 'none', labels: ['no', 'yes'] },
    ])
  })
})

describe('external data', () => {
  test('are read from beside the model', async () => {
    const folder = await temporaryFolder()
    const packed = await pack(await externalModel(folder), { ...flags, out: join(folder, 'out') })
    expect(await runPacked(packed.folder, packed.manifest)).toEqual(await run(denseModel()))
    const inline = await pack(await file(folder, 'inline.onnx', denseModel()), {
      ...flags,
      out: join(folder, 'inline'),
    })
    expect(inline.file).toEqual(packed.file)
  })

  test.each([
    ['an absolute path', '/etc/hostname'],
    ['a path that leads out', '../parameters.bin'],
    ['a hidden path that leads out', 'a/../../parameters.bin'],
    ['a path with backslashes', '..\\parameters.bin'],
    ['a drive', 'C:/parameters.bin'],
    ['nothing', ''],
    ['a missing file', 'missing.bin'],
    ['a folder', 'inside'],
    ['a link', 'link.bin'],
    ['a file behind a linked folder', 'linked/parameters.bin'],
  ])('%s is refused', async (_, location) => {
    const root = await temporaryFolder()
    const folder = join(root, 'model')
    await mkdir(join(folder, 'inside'), { recursive: true })
    await writeFile(join(root, 'parameters.bin'), Buffer.alloc(4096))
    await symlink(join(root, 'parameters.bin'), join(folder, 'link.bin'))
    await symlink(root, join(folder, 'linked'))
    const source = await externalModel(folder, (model) => external(model, 'location', location))
    await expect(pack(source, { ...flags, out: root })).rejects.toThrow(code('ONNX_EXTERNAL_DATA'))
  })

  test.each<[string, 'offset' | 'length', string]>([
    ['an offset behind the end', 'offset', '1000000'],
    ['an absurd offset', 'offset', '9007199254740991'],
    ['an offset beyond all numbers', 'offset', '99999999999999999999'],
    ['a negative offset', 'offset', '-64'],
    ['a length that is no number', 'length', 'all'],
    ['another length than its shape', 'length', '8'],
  ])('%s is refused', async (_, key, value) => {
    const folder = await temporaryFolder()
    const source = await externalModel(folder, (model) => external(model, key, value))
    await expect(pack(source, { ...flags, out: folder })).rejects.toThrow(code('ONNX_EXTERNAL_DATA'))
  })

  test('more than 2 GB are streamed', { timeout: 240_000 }, async () => {
    const folder = await temporaryFolder()
    const size = 2_200_000_000
    const source = await externalModel(folder, (model) => {
      model.graph!.initializer[0]!.dims = [BigInt(size / 4)]
      external(model, 'location', 'large.bin')
      external(model, 'length', String(size))
    })
    await writeFile(join(folder, 'large.bin'), '')
    await truncate(join(folder, 'large.bin'), size) // sparse: it takes no room
    let peak = 0
    const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20)
    const before = process.memoryUsage().rss
    const { manifest } = await pack(source, { ...flags, out: join(folder, 'out') })
    clearInterval(watch)
    expect(manifest.parameters.size).toBeGreaterThanOrEqual(size)
    expect(manifest.parameters.shards.length).toBe(Math.ceil(size / maxShardBytes) + 1)
    expect(peak - before).toBeLessThan(600 * 1024 * 1024)
  })
})

describe('a tfjs model', () => {
  test('is packed from its folder or its file', async () => {
    const folder = await temporaryFolder()
    const source = await layersFixture(folder)
    const packed = await pack(source, { ...flags, out: join(folder, 'out') })
    expect(packed.manifest).toMatchObject({
      engine: 'tfjs',
      signature: { inputs: [{ name: 'out_input', finite: true }] },
    })
    expect((await pack(dirname(source), { ...flags, out: join(folder, 'out') })).file).toEqual(packed.file)
    const next = await pack(source, { ...flags, version: '1.0.1', parent: '1.0.0', out: join(folder, 'out') })
    expect(next.manifest.parameters).toEqual(packed.manifest.parameters)
  })
})

describe('pack.json', () => {
  const pipeline = {
    inputs: [
      {
        kind: 'table',
        name: 'row',
        tensor: 'x',
        features: Array.from({ length: 8 }, (_, i) => ({ kind: 'number', name: `f${i}` })),
      },
    ],
    outputs: [
      {
        kind: 'classification',
        tensor: 'y',
        activation: 'softmax',
        labels: Array.from({ length: 16 }, (_, i) => `label ${i}`),
      },
    ],
  }
  const config = {
    model: 'dense',
    version: '2.0.0',
    source: 'model.onnx',
    pipeline,
    card: {
      title: 'Dense',
      summary: 'A test',
      licence: 'Apache-2.0',
      metrics: { accuracy: 0.9 },
      document: 'card.md',
    },
    requirements: { memory: 1024 },
    inputs: { x: { finite: false } },
  }

  async function configured(value: unknown): Promise<string> {
    const folder = await temporaryFolder()
    await file(folder, 'model.onnx', denseModel())
    await file(folder, 'card.md', '# Dense\n')
    return file(folder, 'pack.json', value)
  }

  test('says everything; flags win', async () => {
    const path = await configured(config)
    const out = join(dirname(path), 'out')
    const { manifest } = await pack(path, { out })
    expect(manifest).toMatchObject({
      model: 'dense',
      version: '2.0.0',
      pipeline,
      requirements: { memory: 1024 },
    })
    expect(manifest.signature.inputs[0]).not.toHaveProperty('finite')
    expect(manifest.card).toEqual({
      title: 'Dense',
      summary: 'A test',
      licence: 'Apache-2.0',
      metrics: { accuracy: 0.9 },
      document: { sha256: sha256('# Dense\n'), size: 8 },
    })
    expect((await pack(dirname(path), { version: '2.0.1', model: 'other', out })).manifest).toMatchObject({
      model: 'other',
      version: '2.0.1',
    })
    const elsewhere = await pack(join(dirname(path), 'model.onnx'), { config: path, out })
    expect(elsewhere.manifest).toEqual(manifest)
  })

  test.each<[string, unknown, string]>([
    ['no JSON', 'model: dense', 'CONFIG_INVALID'],
    ['no source', { ...config, source: undefined }, 'CONFIG_INVALID'],
    ['an unknown field', { ...config, modle: 'dense' }, 'CONFIG_INVALID'],
    ['a bad model name', { ...config, model: 'Not A Name' }, 'CONFIG_INVALID'],
    ['a bad version', { ...config, version: '1.0' }, 'CONFIG_INVALID'],
    ['no version', { ...config, version: undefined }, 'CONFIG_INVALID'],
    ['a missing model file', { ...config, source: 'missing.onnx' }, 'CONFIG_INVALID'],
    ['a missing card', { ...config, card: { ...config.card, document: 'missing.md' } }, 'CONFIG_INVALID'],
    ['an unknown input', { ...config, inputs: { z: { finite: false } } }, 'CONFIG_INVALID'],
    [
      'a pipeline that does not fit',
      { ...config, pipeline: { ...pipeline, outputs: [{ kind: 'regression', tensor: 'y' }] } },
      'PIPELINE_INVALID',
    ],
    [
      'a pipeline of another model',
      { ...config, pipeline: { inputs: [{ ...pipeline.inputs[0], tensor: 'z' }], outputs: [] } },
      'PIPELINE_INVALID',
    ],
  ])('%s is refused', async (_, value, expected) => {
    const path = await configured(value)
    const out = join(dirname(path), 'out')
    await expect(pack(path, { out })).rejects.toThrow(code(expected))
    expect(await readdir(join(out, 'models')).catch(() => [])).toEqual([])
  })
})

describe('what is no model', () => {
  test.each<[string, string | Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['a web page', '<!doctype html><title>Not found</title>'],
    ['a truncated model', denseModel().subarray(0, 300)],
    ['zeros', new Uint8Array(1000)],
  ])('%s is ONNX_INVALID', async (_, content) => {
    const folder = await temporaryFolder()
    const source = await file(folder, 'model.onnx', content)
    await expect(pack(source, { ...flags, out: folder })).rejects.toThrow(code('ONNX_INVALID'))
  })

  test('a missing file, an empty folder, no name, no version', async () => {
    const folder = await temporaryFolder()
    const source = await file(folder, 'model.onnx', denseModel())
    await expect(pack(join(folder, 'none.onnx'), flags)).rejects.toThrow(code('CONFIG_INVALID'))
    await expect(pack(folder, flags)).rejects.toThrow(code('CONFIG_INVALID'))
    await expect(pack(source, { version: '1.0.0' })).rejects.toThrow(code('CONFIG_INVALID'))
    await expect(pack(source, { model: 'dense' })).rejects.toThrow(code('CONFIG_INVALID'))
  })
})

import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { loadGraphModel } from '@tensorflow/tfjs-converter'
import * as tf from '@tensorflow/tfjs-core'
import { loadLayersModel } from '@tensorflow/tfjs-layers'
import { describe, expect, test } from 'vitest'

import { code, file, temporaryFolder } from '../../test/fixture.ts'
import { denseWeights, graphFixture, layersFixture } from '../../test/tfjs-fixture.ts'
import { tfjsModel } from './tfjs-model.ts'

/** What a device gets: topology and weights, taken apart by `tfjsModel`. */
async function taken(path: string) {
  const model = await tfjsModel(path)
  const shards: Uint8Array[] = []
  const parameters = await model.writeParameters(async (bytes) => {
    shards.push(bytes)
    return { sha256: '0'.repeat(64), size: bytes.byteLength }
  })
  await model.close()
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer
  const topology = JSON.parse(Buffer.from(model.graph).toString()) as Record<string, unknown>
  return { ...model, parameters, topology, artifacts: { ...topology, weightData } as tf.io.ModelArtifacts }
}

describe('a layers model', () => {
  test('is taken apart into topology, weights and signature', async () => {
    const { signature, parameters, topology, artifacts } = await taken(
      await layersFixture(await temporaryFolder()),
    )
    expect(signature).toEqual({
      inputs: [{ name: 'out_input', dtype: 'float32', shape: ['batch', 3] }],
      outputs: [{ name: 'out', dtype: 'float32', shape: ['batch', 2] }],
    })
    expect(parameters).toEqual({
      path: 'weights.bin',
      size: 32,
      tensors: [
        { name: 'out/kernel', dtype: 'float32', shape: [3, 2], offset: 0, size: 24 },
        { name: 'out/bias', dtype: 'float32', shape: [2], offset: 24, size: 8 },
      ],
      shards: [{ sha256: '0'.repeat(64), size: 32 }],
    })
    expect(new Float32Array(artifacts.weightData as ArrayBuffer)).toEqual(denseWeights)
    expect(Object.keys(topology)).not.toContain('trainingConfig')

    const model = await loadLayersModel(tf.io.fromMemory(artifacts))
    const outputs = model.predict(tf.tensor([[1, 1, 1]])) as tf.Tensor
    expect([...outputs.dataSync()]).toEqual([9.5, 11.5])
  })

  test('its topology has the same bytes each time, and whatever the order of its keys', async () => {
    const folder = await temporaryFolder()
    const path = await layersFixture(folder)
    const first = await taken(path)
    const json = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
    await writeFile(path, JSON.stringify(Object.fromEntries(Object.entries(json).reverse()), null, 2))
    const second = await taken(path)
    expect(second.graph).toEqual(first.graph)
    expect(second.signature).toEqual(first.signature)
  })
})

describe('a graph model', () => {
  test('is taken apart with its quantised weights as they are', async () => {
    const { signature, parameters, artifacts } = await taken(await graphFixture(await temporaryFolder()))
    expect(signature).toEqual({
      inputs: [{ name: 'pair', dtype: 'float32', shape: ['batch', 2] }],
      outputs: [{ name: 'triple', dtype: 'float32', shape: ['batch', 3] }],
    })
    expect(parameters.tensors).toEqual([{ name: 'w', dtype: 'uint8', shape: [2, 3], offset: 0, size: 6 }])
    expect([...new Uint8Array(artifacts.weightData as ArrayBuffer)]).toEqual([0, 1, 2, 3, 4, 5])
    const model = await loadGraphModel(tf.io.fromMemory(artifacts))
    const outputs = model.predict({ x: tf.tensor([[1, 1]]) }) as tf.Tensor
    expect([...outputs.dataSync()]).toEqual([-0.5, 0.5, 1.5])
  })
})

test('a graph model without a signature is run once for the rank of its outputs', async () => {
  const path = await graphFixture(await temporaryFolder())
  const { signature: _, ...json } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>
  await writeFile(path, JSON.stringify(json))
  const { signature } = await taken(path)
  expect(signature.outputs).toEqual([{ name: 'y', dtype: 'float32', shape: ['batch', 'y.1'] }])
})

describe('refused', () => {
  const json = { modelTopology: {}, weightsManifest: [] as unknown[] }
  const weight = { name: 'w', shape: [2], dtype: 'float32' }
  const withWeights = (paths: string[], weights: unknown[] = [weight]) => ({
    ...json,
    weightsManifest: [{ paths, weights }],
  })

  test.each<[string, unknown]>([
    ['no JSON', 'nonsense'],
    ['a web page', '<!doctype html><title>404</title>'],
    ['another JSON', { model: 'digits' }],
    ['no topology', { weightsManifest: [] }],
    ['no weights manifest', { modelTopology: {} }],
    ['a format of its own', { ...json, format: 'tflite' }],
    ['a missing file', withWeights(['missing.bin'])],
    ['an absolute path', withWeights(['/etc/hostname'])],
    ['a path that leads out', withWeights(['../weights.bin'])],
    ['a path that leads out in the middle', withWeights(['a/../../weights.bin'])],
    ['a path with backslashes that leads out', withWeights(['..\\weights.bin'])],
    ['a drive', withWeights(['C:\\weights.bin'])],
    ['an empty path', withWeights([''])],
    ['a folder', withWeights(['folder'])],
    ['a link', withWeights(['link.bin'])],
    ['a file behind a linked folder', withWeights(['linked/weights.bin'])],
    ['too few bytes', withWeights(['weights.bin'], [{ ...weight, shape: [3] }])],
    ['too many bytes', withWeights(['weights.bin'], [{ ...weight, shape: [1] }])],
    ['strings', withWeights(['weights.bin'], [{ ...weight, dtype: 'string' }])],
    ['a negative size', withWeights(['weights.bin'], [{ ...weight, shape: [-2] }])],
    ['an absurd size', withWeights(['weights.bin'], [{ ...weight, shape: [2 ** 52, 2 ** 52] }])],
    [
      'a weight twice',
      withWeights(
        ['weights.bin'],
        [
          { ...weight, shape: [1] },
          { ...weight, shape: [1] },
        ],
      ),
    ],
    ['a topology that tfjs cannot load', withWeights(['weights.bin'])],
  ])('%s', async (_, content) => {
    const folder = await temporaryFolder()
    const path = await file(folder, 'model/model.json', content)
    await file(folder, 'weights.bin', Buffer.alloc(8))
    await file(folder, 'model/weights.bin', Buffer.alloc(8))
    await mkdir(join(folder, 'model/folder'))
    await symlink(join(folder, 'weights.bin'), join(folder, 'model/link.bin'))
    await symlink(folder, join(folder, 'model/linked'))
    await expect(tfjsModel(path)).rejects.toThrow(code('TFJS_INVALID'))
  })

  test('a missing model.json', async () => {
    await expect(tfjsModel(join(await temporaryFolder(), 'model.json'))).rejects.toThrow(code('TFJS_INVALID'))
  })

  test('a folder whose own path is a link is taken', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'real'))
    const path = await layersFixture(join(folder, 'real'))
    await symlink(dirname(path), join(folder, 'alias'))
    const model = await tfjsModel(join(folder, 'alias/model.json'))
    await model.close()
    expect(model.signature.outputs[0]!.name).toBe('out')
  })
})

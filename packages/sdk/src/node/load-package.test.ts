import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import {
  canonicalBytes,
  type FileRef,
  type Manifest,
  paths,
  type Pipeline,
  sha256Hex,
} from '@homing/protocol'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { denseExpected, denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import { denseProbes, type ProbedRequest } from '../../test/tiny-probes.ts'
import { denseLayersRequest } from '../../test/tiny-tfjs.ts'
import type { LoadRequest } from '../runtime/runtime-api.ts'
import { loadPackage } from './load-package.ts'

const features = ['a', 'b', 'c', 'd'].map((name) => ({ kind: 'number' as const, name }))
const pipeline: Pipeline = {
  inputs: [{ kind: 'table', name: 'row', tensor: 'x', features }],
  outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels: ['one', 'two', 'three'] }],
}

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'homing-node-'))
})
afterEach(() => rm(directory, { recursive: true }))

describe('loadPackage', () => {
  it('runs an ONNX package with its pipeline', async () => {
    await write(denseOnnxRequest([], { bias: 0.5, pipeline }))
    const tiny = await loadPackage(directory, 'tiny', '1.0.0')
    expect(tiny.facts).toMatchObject({ engine: 'onnx', backend: 'wasm', threads: 1 })
    const reply = await tiny.predict({ row: { a: 1, b: 2, c: 3, d: 4 } })
    expect(reply.outputs['y']).toEqual(floats(denseExpected([1, 2, 3, 4], 0.5), [1, 3]))
    expect(reply).toMatchObject({ label: 'three', version: '1.0.0' })
    const two = await tiny.predict({ x: floats([0, 0, 0, 0, 1, 1, 1, 1], [2, 4]) })
    expect(two.samples).toHaveLength(2)
    await tiny.release()
    await expect(tiny.predict({ row: {} })).rejects.toMatchObject({ code: 'CLOSED' })
  })

  it('proves a package that has probes, and opens none that gives something else', async () => {
    await write(denseProbes(denseOnnxRequest([], { bias: 0.5 }), 0.5))
    const tiny = await loadPackage(directory, 'tiny', '1.0.0')
    expect(tiny.facts.probe).toMatchObject({ cases: 3 })
    await tiny.release()
    await write(denseProbes(denseOnnxRequest([], { bias: 0.5 }), 0.75))
    await expect(loadPackage(directory, 'tiny', '1.0.0')).rejects.toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      details: { backends: [{ backend: 'wasm', code: 'PROBE_FAILED' }] },
    })
  })

  it('loads another of its parameter sets', async () => {
    const own = await write(denseOnnxRequest([], { bias: 0.5 }))
    const { graph, parameters } = await write(denseOnnxRequest([], { bias: 2 }))
    await put(
      paths.manifest('tiny', '1.0.0'),
      canonicalBytes({ ...own, variants: [{ precision: 'int8', graph, parameters }] }),
    )
    const answers = async (precision?: 'fp32' | 'int8'): Promise<unknown> => {
      const tiny = await loadPackage(directory, 'tiny', '1.0.0', precision)
      const { outputs } = await tiny.predict({ x: floats([1, 2, 3, 4], [1, 4]) })
      await tiny.release()
      return outputs['y']
    }
    const expected = (bias: number) => floats(denseExpected([1, 2, 3, 4], bias), [1, 3])
    expect(await answers()).toEqual(expected(0.5))
    expect(await answers('fp32')).toEqual(expected(0.5))
    expect(await answers('int8')).toEqual(expected(2))
    await expect(loadPackage(directory, 'tiny', '1.0.0', 'fp16')).rejects.toMatchObject({
      code: 'VERSION_UNKNOWN',
    })
  })

  it('runs a tfjs package', async () => {
    await write(denseLayersRequest([], { bias: 2 }))
    const tiny = await loadPackage(directory, 'tiny', '1.0.0')
    expect(tiny.facts).toMatchObject({ engine: 'tfjs', backend: 'cpu' })
    const { outputs } = await tiny.predict({ x: floats([1, 2, 3, 4], [1, 4]) })
    denseExpected([1, 2, 3, 4], 2).forEach((value, at) =>
      expect(outputs['y']!.data[at]).toBeCloseTo(value, 5),
    )
    await tiny.release()
  })

  it('refuses inputs that do not match, and goes on', async () => {
    await write(denseOnnxRequest([], {}))
    const tiny = await loadPackage(directory, 'tiny', '1.0.0')
    const x = floats([1, 2, 3, 4], [1, 4])
    await expect(tiny.predict({})).rejects.toMatchObject({ code: 'INPUT_NAME' })
    await expect(tiny.predict({ x, z: x })).rejects.toMatchObject({ code: 'INPUT_NAME' })
    await expect(tiny.predict({ x: floats([1, 2, 3], [1, 3]) })).rejects.toMatchObject({
      code: 'INPUT_SHAPE',
    })
    await expect(tiny.predict({ x: floats([1, 2, 3, NaN], [1, 4]) })).rejects.toMatchObject({
      code: 'INPUT_VALUE',
    })
    expect((await tiny.predict({ x })).version).toBe('1.0.0')
    await tiny.release()
  })

  it('refuses what is not there or was altered', async () => {
    const manifest = await write(denseOnnxRequest([], {}))
    const load = (model = 'tiny', version = '1.0.0'): Promise<unknown> =>
      loadPackage(directory, model, version)
    await expect(load('other')).rejects.toMatchObject({ code: 'VERSION_UNKNOWN' })
    await expect(load('tiny', '1.0.1')).rejects.toMatchObject({ code: 'VERSION_UNKNOWN' })
    await expect(load('../tiny')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(load('tiny', '../1.0.0')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })

    const shard = join(directory, paths.blob(manifest.parameters.shards[0]!.sha256))
    const bytes = await readFile(shard)
    await writeFile(
      shard,
      bytes.map((byte, at) => (at === 7 ? byte ^ 1 : byte)),
    )
    await expect(load()).rejects.toMatchObject({ code: 'INTEGRITY_FAILED' })
    await writeFile(shard, bytes.subarray(1))
    await expect(load()).rejects.toMatchObject({ code: 'INTEGRITY_FAILED' })
    await rm(shard)
    await expect(load()).rejects.toMatchObject({ code: 'BLOB_UNKNOWN' })

    await writeFile(join(directory, paths.manifest('tiny', '1.0.0')), '<html>')
    await expect(load()).rejects.toMatchObject({ code: 'MANIFEST_INVALID' })
  })
})

async function put(path: string, bytes: Uint8Array): Promise<void> {
  const file = join(directory, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, bytes)
}

/** Writes a request's files in the static layout, with true hashes. */
async function write(given: LoadRequest | ProbedRequest): Promise<Manifest> {
  const { request, probes } = 'request' in given ? given : { request: given, probes: undefined }
  const { manifest, graph, parameters } = request
  const stored = async (bytes: Uint8Array<ArrayBuffer>): Promise<FileRef> => {
    const sha256 = await sha256Hex(bytes)
    await put(paths.blob(sha256), bytes)
    return { sha256, size: bytes.byteLength }
  }
  const written: Manifest = {
    ...manifest,
    graph: await stored(graph),
    parameters: { ...manifest.parameters, shards: [await stored(parameters)] },
    ...(manifest.probes && probes
      ? {
          probes: {
            ...manifest.probes,
            inputs: await stored(probes.inputs),
            outputs: await stored(probes.outputs),
          },
        }
      : {}),
  }
  await put(paths.manifest(manifest.model, manifest.version), canonicalBytes(written))
  return written
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { canonicalBytes, type Manifest, paths, sha256Hex } from '@homing/protocol'
import { afterEach, beforeEach, expect, it } from 'vitest'

import { floats } from '../../test/tiny-packages.ts'
import { fixtureBatch, onnxRelease, onnxTraining, tfjsTraining } from '../../test/tiny-training.ts'
import { type PackageFiles, readPackage } from './read-package.ts'
import { openTrainer, trainPackage } from './train-package.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homing-train-'))
})
afterEach(() => rm(folder, { recursive: true }))

const put = async (path: string, bytes: Uint8Array): Promise<void> => {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), bytes)
}
const refOf = async (bytes: Uint8Array<ArrayBuffer>) => ({
  sha256: await sha256Hex(bytes),
  size: bytes.byteLength,
})

/** Writes the tiny dense layer with its training graph, as `homing pack --train` does. */
async function pack(): Promise<void> {
  const { request, training } = onnxRelease('classes')
  const { manifest, graph, parameters } = request
  const [graphRef, shard, file] = [await refOf(graph), await refOf(parameters), await refOf(training!)]
  const section = manifest.training!
  const written: Manifest = {
    ...manifest,
    graph: graphRef,
    parameters: { ...manifest.parameters, shards: [shard] },
    training: { ...section, inference: graphRef.sha256, graph: { ...section.graph!, file } },
  }
  await put(paths.manifest('tiny', '1.0.0'), canonicalBytes(written))
  for (const bytes of [graph, parameters, training!])
    await put(paths.blob((await refOf(bytes)).sha256), bytes)
}

const x = floats(
  Array.from({ length: 12 }, (_, i) => Math.cos(i)),
  [3, 4],
)

it('trains a package from a folder', async () => {
  await pack()
  const files = await readPackage(folder, 'tiny', '1.0.0')
  const result = await trainPackage(files, { inputs: { x }, targets: [0, 1, 2] }, { epochs: 20, seed: 3 })
  expect(result).toMatchObject({ engine: 'onnx', backend: 'wasm', steps: 15 })
  expect(result.curve.at(-1)!.loss).toBeLessThan(result.curve[0]!.loss)
})

it('refuses a training graph that was changed', async () => {
  await pack()
  const { training } = onnxRelease('classes')
  const { sha256 } = await refOf(training!)
  await put(
    paths.blob(sha256),
    training!.map((byte, i) => (i === 9 ? byte ^ 1 : byte)),
  )
  await expect(readPackage(folder, 'tiny', '1.0.0')).rejects.toMatchObject({ code: 'INTEGRITY_FAILED' })
})

it('gives a trainer of either engine, to take one step at a time', async () => {
  const { graph: training, ...rest } = onnxTraining('classes')
  const packages: PackageFiles[] = [{ ...rest, graph: new Uint8Array(), training }, tfjsTraining('classes')]
  for (const files of packages) {
    const trainer = await openTrainer(files)
    const { loss } = await trainer.step(fixtureBatch('classes'), { learningRate: 0.1, step: 1 })
    expect(loss).toBeGreaterThan(0)
    await trainer.release()
  }
})

it('says what files lack', async () => {
  const { manifest, parameters, graph } = onnxTraining('classes')
  await expect(openTrainer({ manifest, parameters, graph })).rejects.toMatchObject({
    code: 'TRAINING_UNAVAILABLE',
  })
})

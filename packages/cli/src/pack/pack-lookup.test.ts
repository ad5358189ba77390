import { join } from 'node:path'

import { type Tensor, tensorKey } from '@homing/protocol'
import { expect, it } from 'vitest'

import { classifier } from '../../test/classifier-fixture.ts'
import { code, file, temporaryFolder } from '../../test/fixture.ts'
import { packedFile, runGraph } from '../../test/packed-graphs.ts'
import { pack } from './pack.ts'
import type { PackOptions } from './pack-options.ts'

const rows = [
  [1, 2, 3, 4],
  [-1, 0.5, 0, 2],
  [0, 0, 0, 0],
]
const inputOf = (row: readonly number[]): Tensor => ({
  dtype: 'float32',
  shape: [1, 4],
  data: Float32Array.from(row),
})

async function workbench(cases: unknown) {
  const folder = await temporaryFolder()
  const source = await file(folder, 'model.onnx', classifier())
  const inputs = await file(folder, 'known.json', { cases })
  const out = join(folder, 'out')
  const run = (options: PackOptions = {}) =>
    pack(source, { model: 'shapes', version: '1.0.0', out, lookup: inputs, ...options })
  return { folder, out, run }
}

it('packs the prediction of each sample under the key of its inputs, in the order of keys, each once', async () => {
  const { out, run } = await workbench([{ inputs: { x: rows } }, { inputs: { x: [rows[1]] } }])
  const { manifest, file: packed } = await run()
  const { keys, outputs, tensors } = manifest.lookup!
  expect(tensors).toEqual([{ name: 'y', dtype: 'float32', shape: [1, 3] }])
  const found = Buffer.from(await packedFile(out, keys)).toString('hex')
  const bytes = await packedFile(out, outputs)
  const values = new Float32Array(bytes.slice().buffer)
  const wanted = await Promise.all(
    rows.map(async (row) => ({
      key: await tensorKey({ x: inputOf(row) }),
      y: (
        await runGraph(out, manifest, manifest.graph, { x: { shape: [1, 4], data: Float32Array.from(row) } })
      )['y']!,
    })),
  )
  wanted.sort((a, b) => (a.key < b.key ? -1 : 1))
  expect(found).toBe(wanted.map(({ key }) => key).join(''))
  expect([...values]).toEqual(wanted.flatMap(({ y }) => [...y]))
  expect((await run()).file).toEqual(packed)
})

it('refuses what it cannot run, read or find a size for', async () => {
  const { run } = await workbench([{ inputs: { x: [[1, 2]] } }])
  await expect(run()).rejects.toEqual(code('INPUT_SHAPE'))
  await expect(run({ lookup: '/nowhere' })).rejects.toEqual(code('DATA_INVALID'))
})

it('finds the inputs beside the pack.json that names them', async () => {
  const { folder, run, out } = await workbench([{ inputs: { x: rows } }])
  await file(folder, 'pack.json', {
    model: 'shapes',
    version: '2.0.0',
    source: 'model.onnx',
    lookup: 'known.json',
  })
  await run()
  const { manifest } = await pack(join(folder, 'pack.json'), { out })
  expect(manifest.lookup!.keys.size).toBe(rows.length * 32)
})

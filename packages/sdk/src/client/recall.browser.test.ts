import { type Manifest, paths, sha256Hex, type Tensor, tensorKey } from '@homing/protocol'
import { expect, test } from 'vitest'

import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { denseExpected, denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import type { Homing, Model, Prediction } from './api.ts'
import type { ModelOptions } from './options-api.ts'

serveEachTest()

const x = (seed: number): Tensor => floats([seed, 1, -seed, 2], [1, 4])
const open = (homing: Homing, cache?: ModelOptions['cache']): Promise<Model> =>
  homing.model('tiny', { backends: ['wasm'], ...(cache === undefined ? {} : { cache }) })
const ask = (model: Model, seed: number): Promise<Prediction> => model.predict({ x: x(seed) })
const recalledOf = async (model: Model, seed: number): Promise<Prediction['recalled']> =>
  (await ask(model, seed)).recalled

test('what was computed on an earlier visit is answered from the disk, until the model is forgotten', async () => {
  await repository.publish([{ request: denseOnnxRequest([], { bias: 1 }) }])
  const first = client()
  const model = await open(first, { entries: 4 })
  const { outputs } = await ask(model, 1)
  await expect.poll(() => recalledOf(model, 1)).toBe('cache') // it is written a moment later
  await first.close()

  const second = client()
  const again = await open(second, { entries: 4 })
  const reply = await ask(again, 1)
  expect(reply).toMatchObject({ recalled: 'cache', version: '1.0.0', timings: { run: 0 } })
  expect(reply.outputs).toEqual(outputs)
  await second.forget('tiny')
  expect(await recalledOf(await open(second, { entries: 4 }), 1)).toBeUndefined()
})

/** A release that answers `[seed, seed, seed]` for each of the seeds from a lookup, whose files lie in the repository. */
async function withLookup(seeds: readonly number[]): Promise<{ manifest: Manifest; keys: string }> {
  const entries = await Promise.all(
    seeds.map(async (seed) => ({ key: await tensorKey({ x: x(seed) }), seed })),
  )
  entries.sort((a, b) => (a.key < b.key ? -1 : 1))
  const hex = entries.map(({ key }) => key).join('')
  const keys = Uint8Array.from({ length: hex.length / 2 }, (_, at) =>
    parseInt(hex.slice(2 * at, 2 * at + 2), 16),
  )
  const outputs = new Uint8Array(Float32Array.from(entries.flatMap(({ seed }) => [seed, seed, seed])).buffer)
  const refOf = async (bytes: Uint8Array<ArrayBuffer>) => ({
    sha256: await sha256Hex(bytes),
    size: bytes.byteLength,
  })
  const refs = { keys: await refOf(keys), outputs: await refOf(outputs) }
  await repository.put({
    [paths.blob(refs.keys.sha256)]: keys,
    [paths.blob(refs.outputs.sha256)]: outputs,
  })
  const request = denseOnnxRequest([], { bias: 1 })
  const lookup = { ...refs, tensors: [{ name: 'y', dtype: 'float32' as const, shape: [1, 3] }] }
  const [manifest] = await repository.publish([
    { request: { ...request, manifest: { ...request.manifest, lookup } } },
  ])
  return { manifest: manifest!, keys: refs.keys.sha256 }
}
const numbers = ({ outputs }: Prediction): number[] => Array.from(outputs['y']!.data, Number)

test('predictions that a version brings along answer here, offline too, and go when it is forgotten', async () => {
  const { keys } = await withLookup([3, 5])
  const first = client()
  const model = await open(first)
  await expect.poll(() => recalledOf(model, 3)).toBe('lookup') // its files come after the version serves
  expect(numbers(await ask(model, 5))).toEqual([5, 5, 5])
  const computed = await ask(model, 7)
  expect(computed.recalled).toBeUndefined()
  expect(numbers(computed)).toEqual(denseExpected([7, 1, -7, 2], 1))
  await first.close()

  await repository.fail('', { kind: 'status', status: 503 })
  const second = client()
  const offline = await open(second)
  await expect.poll(() => recalledOf(offline, 3)).toBe('lookup')
  await repository.heal()
  const fetched = async () => (await repository.requests()).filter((path) => path === paths.blob(keys)).length
  expect(await fetched()).toBe(1)
  await second.forget('tiny')
  const anew = await open(second)
  await expect.poll(() => recalledOf(anew, 3)).toBe('lookup')
  expect(await fetched()).toBe(2)
})

test("a version out of the app's own files computes while its predictions are out of reach, and has them once they are not", async () => {
  const { keys } = await withLookup([3])
  const shipped = await repository.copy()
  await shipped.fail(paths.blob(keys), { kind: 'status', status: 404 }) // bundles hold what serves
  await repository.fail('', { kind: 'status', status: 503 })
  const first = client({ bundled: { tiny: shipped.url } })
  const model = await open(first)
  const computed = await ask(model, 3)
  expect(computed.recalled).toBeUndefined()
  expect(numbers(computed)).toEqual(denseExpected([3, 1, -3, 2], 1))
  await first.close()

  await repository.heal()
  const later = await open(client({ bundled: { tiny: shipped.url } }))
  await expect.poll(() => recalledOf(later, 3)).toBe('lookup')
  await shipped.stop()
})

test('a lookup whose bytes are not those that were signed answers nothing', async () => {
  const { keys } = await withLookup([3])
  await repository.fail(paths.blob(keys), { kind: 'alter', at: 0 })
  const model = await open(client())
  await expect
    .poll(async () => (await repository.requests()).filter((path) => path === paths.blob(keys)).length)
    .toBeGreaterThan(0)
  expect(numbers(await ask(model, 3))).toEqual(denseExpected([3, 1, -3, 2], 1))
})

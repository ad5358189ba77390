import { paths, type Signature } from '@homing/protocol'
import { describe, expect, test } from 'vitest'

import { client, latestClient, repository, serveEachTest } from '../../test/served-clients.ts'
import { tinyOnnx } from '../../test/tiny-onnx.ts'
import { denseOnnxRequest, denseSignature, floats, tinyRequest } from '../../test/tiny-packages.ts'
import type { Homing, Model } from './api.ts'

const input = { x: floats([1, 2, 3, 4], [1, 4]) }
const dense = (version: string, bias: number) => ({ request: denseOnnxRequest([], { version, bias }) })

/** A version that loads and then fails on every single example: it wants two rows where there is one. */
const faulty = (version: string) => {
  const graph = tinyOnnx({
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 4] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['rows', 3] }],
    nodes: [
      { op: 'Cast', inputs: ['sizes'], outputs: ['shape'], attributes: { to: 7 } },
      { op: 'Reshape', inputs: ['x', 'shape'], outputs: ['reshaped'] },
      { op: 'MatMul', inputs: ['reshaped', 'kernel'], outputs: ['y'] },
    ],
    parameters: [
      { name: 'kernel', dtype: 'float32', shape: [4, 3], offset: 0, size: 48 },
      { name: 'sizes', dtype: 'float32', shape: [2], offset: 48, size: 8 },
    ],
  })
  const parameters = new Uint8Array(Float32Array.of(...Array<number>(12).fill(0), 2, 4).buffer)
  return { request: tinyRequest({ graph, parameters }, denseSignature, [], { version }) }
}

/** A version that runs zeros, and fails on larger values though its signature allows them: it takes them for rows of a table. */
const picky = (version: string) => {
  const graph = tinyOnnx({
    inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 4] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 4, 3] }],
    nodes: [
      { op: 'Cast', inputs: ['x'], outputs: ['rows'], attributes: { to: 7 } },
      { op: 'Gather', inputs: ['kernel', 'rows'], outputs: ['y'] },
    ],
    parameters: [{ name: 'kernel', dtype: 'float32', shape: [4, 3], offset: 0, size: 48 }],
  })
  const outputs: Signature['outputs'] = [{ name: 'y', dtype: 'float32', shape: ['batch', 4, 3] }]
  const signature = { ...denseSignature, outputs }
  return { request: tinyRequest({ graph, parameters: new Uint8Array(48) }, signature, [], { version }) }
}

const open = (homing: Homing): Promise<Model> => homing.model('tiny', { backends: ['wasm'] })
const reaches = (model: Model, version: string): Promise<void> =>
  new Promise((resolve) => {
    model.subscribe((status) => {
      if (status.version === version) resolve()
    })
  })

serveEachTest()

describe('a version that faults among its first predictions', () => {
  test('gives way to the last good one: the call is answered, and the version is not taken again', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    const model = await open(homing)
    const [bad] = await repository.publish([faulty('1.1.0')])
    await homing.check()
    expect(model.status.version).toBe('1.1.0')
    expect((await model.predict(input)).version).toBe('1.0.0')
    await expect
      .poll(() => model.status)
      .toMatchObject({
        version: '1.0.0',
        state: { name: 'active', version: '1.0.0' },
        update: { rolledBack: { version: '1.1.0', by: 'fault', error: { code: 'ENGINE_FAILED' } } },
      })
    const before = await repository.requests()
    await homing.check()
    expect(model.status.version).toBe('1.0.0')
    const later = (await repository.requests()).slice(before.length)
    expect(later.filter((path) => path.startsWith('blobs/'))).toEqual([])
    await homing.close()

    const again = await open(client())
    await latestClient().check()
    expect(again.status.version).toBe('1.0.0')
    const retried = await again.retry()
    expect(retried.version).toBe('1.1.0')
    expect(retried.update.rolledBack).toBeUndefined()
    expect((await again.predict(input)).version).toBe('1.0.0')
    expect(bad!.version).toBe('1.1.0')
  })

  test('is told by what the last good version makes of the same values, where zeros still run', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    const model = await open(homing)
    await repository.publish([picky('1.1.0')])
    await homing.check()
    expect(model.status.version).toBe('1.1.0')
    expect((await model.predict({ x: floats([0, 0, 1, 2], [1, 4]) })).version).toBe('1.1.0')
    expect((await model.predict(input)).version).toBe('1.0.0')
    await expect.poll(() => model.status.update.rolledBack).toMatchObject({ version: '1.1.0', by: 'fault' })
    await homing.check()
    expect(model.status.version).toBe('1.0.0')
  })

  test('keeps its place where the last good version cannot answer either: the values are bad', async () => {
    await repository.publish([picky('1.0.0')])
    const homing = client()
    const model = await open(homing)
    await expect(model.predict(input)).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    await repository.publish([picky('1.1.0')])
    await homing.check()
    await expect(model.predict(input)).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    expect(model.status).toMatchObject({ version: '1.1.0', update: { state: { name: 'empty' } } })
    expect((await model.predict({ x: floats([0, 0, 1, 2], [1, 4]) })).version).toBe('1.1.0')
    expect(model.status.update.rolledBack).toBeUndefined()
  })

  test('keeps its place once it has answered its first predictions', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    const model = await open(homing)
    await repository.publish([picky('1.1.0')])
    await homing.check()
    const small = { x: floats([0, 0, 1, 2], [1, 4]) }
    for (let i = 0; i < 10; i++) await model.predict(small)
    await expect(model.predict(input)).rejects.toMatchObject({ code: 'ENGINE_FAILED' })
    expect(model.status.version).toBe('1.1.0')
  })

  test('that is the first one on the device serves on: a device has no better', async () => {
    await repository.publish([faulty('1.0.0')])
    const model = await open(client())
    await expect(model.predict(input)).rejects.toMatchObject({ code: 'BACKEND_UNAVAILABLE' })
    expect(model.status.version).toBe('1.0.0')
  })

  test('takes the other tabs back with it', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const [first, second] = [client(), client()]
    const [here, there] = [await open(first), await open(second)]
    await repository.publish([faulty('1.1.0')])
    const updated = reaches(there, '1.1.0')
    await first.check()
    await updated
    const back = reaches(there, '1.0.0')
    await here.predict(input)
    await back
    expect((await there.predict(input)).version).toBe('1.0.0')
  })
})

describe('a version under which the engine dies', () => {
  const workers: Worker[] = []
  const onnx = (): Worker => {
    const worker = new Worker(new URL('../runtime/onnx-worker.ts', import.meta.url), { type: 'module' })
    workers.push(worker)
    return worker
  }
  const kill = async (model: Model): Promise<string> => {
    workers.at(-1)!.terminate()
    return (await model.predict(input)).version
  }

  test('again and again gives way to the one before, and is not taken again by itself', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client({ workers: { onnx } })
    const model = await open(homing)
    expect(await kill(model)).toBe('1.0.0')
    await repository.publish([dense('1.1.0', 2)])
    await homing.check()
    expect(await kill(model)).toBe('1.1.0')
    expect(await kill(model)).toBe('1.1.0')
    expect(await kill(model)).toBe('1.0.0')
    await expect
      .poll(() => model.status.update.rolledBack)
      .toMatchObject({ version: '1.1.0', by: 'fault', error: { code: 'WORKER_LOST' } })
    await homing.check()
    expect(model.status.version).toBe('1.0.0')
  })

  test('while it is loaded is not taken again either, once it has been tried a few times', async () => {
    await repository.publish([dense('1.0.0', 1)])
    let started = 0
    const dying = (): Worker => {
      started++
      return new Worker(new URL('../../test/dying-worker.ts', import.meta.url), { type: 'module' })
    }
    const homing = client({ workers: { onnx: dying } })
    const model = await open(homing)
    await repository.publish([dense('1.1.0', 2)])
    for (let look = 0; look < 3; look++) {
      await homing.check().catch(() => undefined)
      expect((await model.predict(input)).version).toBe('1.0.0')
    }
    expect(started).toBe(4)
    await homing.check()
    expect((await model.predict(input)).version).toBe('1.0.0')
    expect(started).toBe(4)
  })
})

test('a worker that always dies at once is started a few times, and then not for a while', async () => {
  await repository.publish([dense('1.0.0', 1)])
  let started = 0
  const onnx = (): Worker => {
    started++
    const worker = new Worker(new URL('../runtime/onnx-worker.ts', import.meta.url), { type: 'module' })
    worker.addEventListener('message', () => worker.terminate(), { once: true })
    return worker
  }
  const homing = client({ workers: { onnx } })
  for (let attempt = 0; attempt < 8; attempt++)
    await expect(open(homing)).rejects.toMatchObject({ code: 'WORKER_LOST' })
  expect(started).toBeLessThanOrEqual(5)
})

describe('rollback()', () => {
  test('goes back without a request, and stays there until a later version or update()', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    const model = await open(homing)
    await repository.publish([dense('1.1.0', 2)])
    await homing.check()
    const before = (await repository.requests()).length
    const status = await model.rollback()
    expect(status).toMatchObject({
      version: '1.0.0',
      update: { rolledBack: { version: '1.1.0', by: 'app' } },
    })
    expect(await repository.requests()).toHaveLength(before)
    expect((await model.predict(input)).version).toBe('1.0.0')
    await homing.check()
    expect(model.status.version).toBe('1.0.0')
    await expect(model.rollback()).rejects.toMatchObject({ code: 'ROLLBACK_UNAVAILABLE' })
    expect((await model.update()).version).toBe('1.1.0')

    await model.rollback()
    await repository.publish([dense('1.2.0', 3)])
    await homing.check()
    expect(model.status.version).toBe('1.2.0')
    expect(model.status.update.rolledBack).toBeUndefined()
  })

  test('holds on the next visit too, and offline', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const first = client()
    const model = await open(first)
    await repository.publish([dense('1.1.0', 2)])
    await first.check()
    await model.rollback()
    await first.close()
    const homing = client()
    const again = await open(homing)
    expect(again.status.version).toBe('1.0.0')
    await homing.check()
    expect(again.status.version).toBe('1.0.0')
  })

  test('is refused where a version is pinned, or there is none to go back to', async () => {
    await repository.publish([dense('1.0.0', 1), dense('1.1.0', 2)])
    const model = await open(client())
    await expect(model.rollback()).rejects.toMatchObject({ code: 'ROLLBACK_UNAVAILABLE' })
    await model.pin('1.0.0')
    await expect(model.rollback()).rejects.toMatchObject({ code: 'UPDATE_REFUSED' })
    expect(model.status.version).toBe('1.0.0')
  })
})

test('a champion older than what serves moves the device back, and what was withdrawn is not gone back to', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const homing = client()
  const model = await open(homing)
  await repository.publish([dense('1.1.0', 2)])
  await homing.check()
  const before = (await repository.requests()).length
  await repository.rollOut('tiny', '1.0.0')
  await homing.check()
  expect(model.status).toMatchObject({
    version: '1.0.0',
    state: { name: 'active', version: '1.0.0' },
    update: { rolledBack: { version: '1.1.0', by: 'server' } },
  })
  const later = (await repository.requests()).slice(before)
  expect(later.filter((path) => path.startsWith('blobs/'))).toEqual([])
  await expect(model.rollback()).rejects.toMatchObject({ code: 'ROLLBACK_UNAVAILABLE' })
  await repository.rollOut('tiny', '1.1.0')
  await homing.check()
  expect(model.status.version).toBe('1.1.0')
})

test('under manual updates, an older champion is told and waits for update()', async () => {
  await repository.publish([dense('1.0.0', 1), dense('1.1.0', 2)])
  const homing = client()
  const model = await homing.model('tiny', { backends: ['wasm'], updates: 'manual' })
  await repository.rollOut('tiny', '1.0.0')
  await homing.check()
  expect(model.status).toMatchObject({ version: '1.1.0', update: { available: '1.0.0' } })
  expect((await model.update()).version).toBe('1.0.0')
})

test('two tabs that bring different versions end with the newer one: a pointer that moved meanwhile is not moved back', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const [first, second] = [client(), client()]
  const models = [await open(first), await open(second)]
  const [slow] = await repository.publish([dense('1.1.0', 2)])
  const shard = slow!.parameters.shards[0]!.sha256
  await repository.fail(paths.blob(shard), { kind: 'slow', piece: 1, every: 20 })
  const checking = first.check()
  await expect.poll(async () => (await repository.requests()).includes(paths.blob(shard))).toBe(true)
  await repository.publish([dense('1.2.0', 3)])
  await Promise.all([checking, second.check()])
  await first.check()
  await expect.poll(() => models.map(({ status }) => status.version)).toEqual(['1.2.0', '1.2.0'])
  const third = client()
  expect((await open(third)).status.version).toBe('1.2.0')
  expect((await (await open(third)).rollback()).version).toBe('1.1.0')
})

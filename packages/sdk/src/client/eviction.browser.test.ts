import { paths } from '@homing/protocol'
import { beforeEach, describe, expect, test } from 'vitest'

import { client as served, latestClient, repository, serveEachTest } from '../../test/served-clients.ts'
import { denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import { databaseName } from '../store/open-store.ts'
import type { Homing, Model } from './api.ts'
import type { ClientOptions } from './options-api.ts'

const input = { x: floats([1, 2, 3, 4], [1, 4]) }
const dense = (version: string, bias: number) => ({ request: denseOnnxRequest([], { version, bias }) })

let workers: Worker[] = []
const onnx = (): Worker => {
  const worker = new Worker(new URL('../runtime/onnx-worker.ts', import.meta.url), { type: 'module' })
  workers.push(worker)
  return worker
}
const client = (options: Partial<ClientOptions> = {}): Homing => served({ workers: { onnx }, ...options })
const open = (homing: Homing): Promise<Model> => homing.model('tiny', { backends: ['wasm'] })
const blobsSince = async (before: number): Promise<string[]> =>
  (await repository.requests()).slice(before).filter((path) => path.startsWith('blobs/'))

/** Deletes rows behind the store's back, as a browser does that runs out of room. */
async function evict(...tables: string[]): Promise<void> {
  const name = await databaseName(repository.root)
  const database = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(name)
    request.onsuccess = () => resolve(request.result)
  })
  const transaction = database.transaction(tables, 'readwrite')
  for (const table of tables) transaction.objectStore(table).clear()
  await new Promise((resolve) => (transaction.oncomplete = resolve))
  database.close()
}
async function deleteDatabase(): Promise<void> {
  const name = await databaseName(repository.root)
  await new Promise((resolve) => (indexedDB.deleteDatabase(name).onsuccess = resolve))
}

serveEachTest()
beforeEach(() => {
  workers = []
})

describe('what the browser evicted', () => {
  test.each([
    ['records without blobs', ['blobs']],
    ['blobs without records', ['models', 'manifests']],
    ['manifests alone', ['manifests']],
    ['everything', ['models', 'manifests', 'blobs', 'metadata', 'uses']],
  ])('is fetched again on the next visit: %s', async (_what, tables) => {
    await repository.publish([dense('1.0.0', 1)])
    const first = client()
    await open(first)
    await first.close()
    await evict(...tables)
    const before = (await repository.requests()).length
    const model = await open(client())
    expect((await model.predict(input)).version).toBe('1.0.0')
    expect((await blobsSince(before)).length).toBe(tables.includes('blobs') ? 2 : 0)
    await repository.fail(paths.rollout('tiny'), { kind: 'reset' })
    await latestClient().close()
    expect((await open(client())).status.version).toBe('1.0.0')
  })

  test('is fetched again while the model is open, by the next look', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    await open(homing)
    await evict('blobs', 'models')
    await homing.check()
    await homing.close()
    const before = (await repository.requests()).length
    expect((await (await open(client())).predict(input)).version).toBe('1.0.0')
    expect(await blobsSince(before)).toEqual([])
  })

  test('is fetched again when the engine needs it: no prediction fails', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const model = await open(client())
    await evict('blobs')
    await repository.publish([dense('1.1.0', 2)])
    workers.at(-1)!.terminate()
    expect((await model.predict(input)).version).toBe('1.0.0')
    expect(model.status.state).toEqual({ name: 'active', version: '1.0.0' })
  })

  test("comes from the app's own files where those have it, also without a network", async () => {
    await repository.publish([dense('1.0.0', 1)])
    const bundle = await repository.copy()
    await repository.fail(paths.rollout('tiny'), { kind: 'reset' })
    for (const updates of ['localThenUpdate', 'localOnly'] as const) {
      const homing = client({ bundled: { tiny: bundle.url } })
      const model = await homing.model('tiny', { backends: ['wasm'], updates })
      await evict('blobs', 'models', 'manifests')
      workers.at(-1)!.terminate()
      expect((await model.predict(input)).version).toBe('1.0.0')
      await homing.close()
    }
    await bundle.stop()
  })

  test('is stored anew when the whole database went, and the status tells where things are', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    const model = await open(homing)
    await deleteDatabase()
    workers.at(-1)!.terminate()
    expect((await model.predict(input)).version).toBe('1.0.0')
    await homing.check()
    await expect.poll(() => model.status.storage.kind).toBe('indexeddb')
    await homing.check()
    await homing.close()
    const before = (await repository.requests()).length
    expect((await (await open(client())).predict(input)).version).toBe('1.0.0')
    expect(await blobsSince(before)).toEqual([])
  })
})

test('a database of newer code is left alone: the model runs from memory, and the status says why', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const name = await databaseName(repository.root)
  const newer = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(name, 1000)
    request.onsuccess = () => resolve(request.result)
  })
  newer.close()
  const model = await open(client())
  expect((await model.predict(input)).version).toBe('1.0.0')
  expect(model.status.storage).toMatchObject({ kind: 'memory', code: 'STORE_NEWER' })
})

test('an old tab lets newer code upgrade the database, and serves on, also when its engine dies', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const homing = client()
  const model = await open(homing)
  const name = await databaseName(repository.root)
  const newer = await new Promise<IDBDatabase>((resolve) => {
    const request = indexedDB.open(name, 1000)
    request.onsuccess = () => resolve(request.result)
  })
  expect((await model.predict(input)).version).toBe('1.0.0')
  workers.at(-1)!.terminate()
  expect((await model.predict(input)).version).toBe('1.0.0')
  await expect.poll(() => model.status.storage).toMatchObject({ kind: 'memory', code: 'STORE_UNAVAILABLE' })
  await repository.publish([dense('1.1.0', 2)])
  await homing.check()
  expect((await model.predict(input)).version).toBe('1.1.0')
  newer.close()
})

test('a manual tab keeps its version while another one installs two newer ones', async () => {
  const [manifest] = await repository.publish([dense('1.0.0', 1)])
  const manual = await client({ storageBudget: 0 }).model('tiny', { backends: ['wasm'], updates: 'manual' })
  const other = client({ storageBudget: 0 })
  const following = await open(other)
  for (const minor of [1, 2, 3]) {
    await repository.publish([dense(`1.${minor}.0`, minor)])
    await other.check()
  }
  expect(following.status.version).toBe('1.3.0')
  await repository.fail(paths.blob(manifest!.graph.sha256), { kind: 'reset' })
  workers[0]!.terminate()
  expect((await manual.predict(input)).version).toBe('1.0.0')
})

import { paths } from '@homing/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'

import {
  type BrowserRepository,
  type BundleCopy,
  startBrowserRepository,
} from '../../test/browser-repository.ts'
import { denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import type { Homing, Model } from './api.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './options-api.ts'

let repository: BrowserRepository
let clients: Homing[]
let copies: BundleCopy[]

beforeEach(async () => {
  repository = await startBrowserRepository()
  clients = []
  copies = []
})
afterEach(async () => {
  await Promise.all(clients.map((made) => made.close()))
  await Promise.all(copies.map((copy) => copy.stop()))
  await repository.stop()
})

const input = { x: floats([1, 2, 3, 4], [1, 4]) }
const dense = (version: string, bias: number, model = 'tiny') => ({
  request: denseOnnxRequest([], { version, bias, model }),
})
/** What `homing bundle` would write now. */
async function bundle(): Promise<BundleCopy> {
  const copy = await repository.copy()
  copies.push(copy)
  return copy
}
function client({ url }: { url: string }, options: Partial<ClientOptions> = {}): Homing {
  const made = createClient({
    repository: repository.url,
    root: repository.root,
    app: 'test',
    pollInterval: 0,
    bundled: { tiny: url },
    ...options,
  })
  clients.push(made)
  return made
}
const open = (homing: Homing, model = 'tiny'): Promise<Model> => homing.model(model, { backends: ['wasm'] })
const offline = () => repository.stop()
const spoiled = (sha256: string) => [paths.blob(sha256), { kind: 'alter', at: 0 }] as const

test('serves at the very first start, without a network, and from the device ever after', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const shipped = await bundle()
  await offline()
  const first = client(shipped)
  expect((await (await open(first)).predict(input)).version).toBe('1.0.0')
  await first.close()
  const blobs = async () => (await shipped.requests()).filter((path) => path.startsWith('blobs/')).length
  const fetched = await blobs()
  expect((await open(client(shipped))).status).toMatchObject({
    version: '1.0.0',
    storage: { kind: 'indexeddb' },
  })
  expect(await blobs()).toBe(fetched)
})

test('serves though all its metadata has expired since, which stops updates alone', async () => {
  await repository.publish([dense('1.0.0', 1)])
  for (const role of ['root', 'snapshot', 'timestamp'] as const)
    await repository.expire(role, '2021-01-01T00:00:00Z')
  const homing = client(await bundle())
  const model = await open(homing)
  expect((await model.predict(input)).version).toBe('1.0.0')
  await expect(homing.check()).rejects.toMatchObject({ code: 'METADATA_EXPIRED' })
  expect(model.status).toMatchObject({ version: '1.0.0', update: { error: { code: 'METADATA_EXPIRED' } } })
})

test('is updated from the repository, by the poll, and fetches what it has not', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const shipped = await bundle()
  const [manifest] = await repository.publish([dense('1.1.0', 2)])
  const model = await open(client(shipped, { pollInterval: 60_000 }))
  await expect.poll(() => model.status.version).toBe('1.1.0')
  const graph = paths.blob(manifest!.graph.sha256)
  expect(await repository.requests(), 'the graph came with the app').not.toContain(graph)
  expect(await shipped.requests()).toContain(graph)
})

test('an older one never replaces what is installed, a newer one of the next release does', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const old = await bundle()
  await repository.publish([dense('1.1.0', 2)])
  const middle = await bundle()
  await repository.publish([dense('1.2.0', 3)])
  const next = await bundle()

  const first = client(middle)
  await open(first)
  await first.close()
  const second = client(old)
  const model = await open(second)
  expect((await model.predict(input)).version).toBe('1.1.0')
  await expect.poll(async () => (await old.requests()).includes('metadata/timestamp.json')).toBe(true)
  await second.close()
  expect(model.status.state.name).toBe('closed')

  const third = await open(client(next))
  await expect.poll(() => third.status.version).toBe('1.2.0')
})

test('a version that the repository went back from does not come back with the app', async () => {
  await repository.publish([dense('1.0.0', 1), dense('1.1.0', 2)])
  const shipped = await bundle()
  await repository.rollOut('tiny', '1.0.0')
  const first = client(shipped)
  const model = await open(first)
  expect(model.status.version).toBe('1.1.0')
  await first.check()
  expect(model.status.version).toBe('1.0.0')
  await first.close()
  const from = (await shipped.requests()).length
  const again = await open(client(shipped))
  await expect.poll(async () => (await shipped.requests()).length).toBeGreaterThan(from)
  await expect
    .poll(async () => (await shipped.requests()).some((path) => path.includes('rollouts/')))
    .toBe(true)
  expect(again.status.version).toBe('1.0.0')
})

test('a spoiled bundle makes way for the repository, and offline says what is wrong with it', async () => {
  const [manifest] = await repository.publish([dense('1.0.0', 1)])
  const shipped = await bundle()
  await shipped.fail(...spoiled(manifest!.parameters.shards[0]!.sha256))
  expect((await open(client(shipped))).status.version).toBe('1.0.0')

  await repository.publish([dense('1.0.0', 1, 'other')])
  const another = await bundle()
  const bad = await repository.publish([dense('1.0.1', 7, 'other')])
  const worse = await bundle()
  await worse.fail(...spoiled(bad[0]!.parameters.shards[0]!.sha256))
  await offline()
  await expect(open(client(worse, { bundled: { other: worse.url } }), 'other')).rejects.toMatchObject({
    code: 'INTEGRITY_FAILED',
  })
  expect((await open(client(another, { bundled: { other: another.url } }), 'other')).status.version).toBe(
    '1.0.0',
  )
})

test('a bundle that another root vouches for is refused', async () => {
  const stranger = await startBrowserRepository()
  await stranger.publish([dense('9.0.0', 9)])
  const forged = await stranger.copy()
  copies.push(forged)
  await stranger.stop()
  await repository.publish([dense('1.0.0', 1)])
  expect((await open(client(forged))).status.version).toBe('1.0.0')
  await offline()
  await expect(open(client(forged, { storage: 'memory' }))).rejects.toMatchObject({
    code: expect.stringMatching(/^METADATA_/),
  })
})

test('a model that is not bundled comes from the repository', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const shipped = await bundle()
  await repository.publish([dense('2.0.0', 2, 'constructor')])
  expect((await open(client(shipped), 'constructor')).status.version).toBe('2.0.0')
})

test.each([['/models/'], [{ Tiny: '/models/' }], [{ tiny: 7 }], [null]])('%j is no option', (bundled) => {
  expect(() => client({ url: '' }, { bundled: bundled as never })).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('bundled') }),
  )
})

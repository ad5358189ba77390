import { type Manifest, paths } from '@homing/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { type BrowserRepository, startBrowserRepository } from '../../test/browser-repository.ts'
import { denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import type { Homing, Model } from './api.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions, ModelOptions } from './options-api.ts'
import type { ModelStatus } from './status-api.ts'

// Two clients have a host worker each and share database, locks and channel, as two tabs do.
let repository: BrowserRepository
let tabs: Homing[]
let hosts: Worker[]

beforeEach(async () => {
  repository = await startBrowserRepository()
  hosts = []
  tabs = []
})
afterEach(async () => {
  await Promise.all(tabs.map((tab) => tab.close()))
  await repository.stop()
})

const dense = (version: string, bias: number) => ({ request: denseOnnxRequest([], { version, bias }) })
const input = { x: floats([1, 2, 3, 4], [1, 4]) }

/** A tab whose page does not bring its host worker back: when that dies, so has the tab. */
function tab(options: Partial<ClientOptions> = {}): Homing {
  let started = false
  const host = (): Worker => {
    if (started) throw new Error('This tab is dead')
    started = true
    const worker = new Worker(new URL('./host-worker.ts', import.meta.url), { type: 'module' })
    hosts.push(worker)
    return worker
  }
  const made = createClient({
    repository: repository.url,
    root: repository.root,
    app: 'test',
    pollInterval: 0,
    workers: { host },
    ...options,
  })
  tabs.push(made)
  return made
}
const open = (homing: Homing, options: ModelOptions = {}): Promise<Model> =>
  homing.model('tiny', { backends: ['wasm'], ...options })
const shown = (model: Model, check: (status: ModelStatus) => boolean): Promise<void> =>
  new Promise((resolve) => {
    model.subscribe((status) => {
      if (check(status)) resolve()
    })
  })
const reaches = (model: Model, version: string): Promise<void> =>
  shown(model, (status) => status.version === version)
const filesOf = (manifest: Manifest): string[] =>
  [manifest.graph, ...manifest.parameters.shards].map(({ sha256 }) => paths.blob(sha256)).sort()
const shardOf = (manifest: Manifest): string => paths.blob(manifest.parameters.shards[0]!.sha256)
const blobsAsked = async (from = 0): Promise<string[]> =>
  (await repository.requests()).slice(from).filter((path) => path.startsWith('blobs/'))

test('tabs that open a model together fetch its files once', async () => {
  const [manifest] = await repository.publish([dense('1.0.0', 1)])
  await Promise.all([tab(), tab(), tab()].map((homing) => open(homing)))
  expect((await blobsAsked()).sort()).toEqual(filesOf(manifest!))
})

test('a version that one tab installs reaches the other between two predictions, without a request of its own', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const [first, second] = await Promise.all([open(tab()), open(tab())])
  const [manifest] = await repository.publish([dense('1.1.0', 2)])
  const reached = reaches(second, '1.1.0')
  const calls = Array.from({ length: 20 }, () => second.predict(input))
  const before = (await repository.requests()).length
  await tabs[0]!.check()
  expect(first.status.version).toBe('1.1.0')
  await reached
  await Promise.all(calls)
  expect((await second.predict(input)).version).toBe('1.1.0')
  const asked = (await repository.requests()).slice(before)
  expect(asked.filter((path) => path === shardOf(manifest!))).toHaveLength(1)
  expect(new Set(asked).size, 'nothing was asked for twice').toBe(asked.length)
})

test('a tab shows the download of the elected one, and is itself again when that one fails', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const [, second] = await Promise.all([open(tab()), open(tab())])
  const [manifest] = await repository.publish([dense('1.1.0', 2)])
  await repository.fail(shardOf(manifest!), { kind: 'status', status: 403 })
  const downloading = shown(second, ({ update }) => update.state.name === 'downloading')
  await expect(tabs[0]!.check()).rejects.toMatchObject({ code: 'HTTP_STATUS' })
  await downloading
  await shown(second, ({ update }) => update.state.name === 'empty')
  expect(second.status.version).toBe('1.0.0')
  expect(
    (await blobsAsked()).filter((path) => path === shardOf(manifest!)),
    'asked by one tab',
  ).toHaveLength(1)
})

test.each(['1.0.0', 'nothing'])(
  'when the elected tab dies, the next goes on with what is there, over %s',
  async (before) => {
    if (before !== 'nothing') {
      await repository.publish([dense(before, 1)])
      await Promise.all([open(tab()), open(tab())])
    }
    const [manifest] = await repository.publish([dense('1.1.0', 2)])
    await repository.fail(shardOf(manifest!), { kind: 'hang' }, 1)
    const from = (await repository.requests()).length
    const dying = before === 'nothing' ? open(tab()) : tabs[0]!.check()
    dying.catch(() => undefined)
    while (!(await blobsAsked(from)).includes(shardOf(manifest!)));
    const heir = before === 'nothing' ? open(tab()) : open(tabs[1]!)
    hosts[0]!.terminate()
    await reaches(await heir, '1.1.0')
    expect((await (await heir).predict(input)).version).toBe('1.1.0')
    const fetched = await blobsAsked(from)
    expect(
      fetched.filter((path) => path === shardOf(manifest!)),
      'cut, and fetched again',
    ).toHaveLength(2)
    // Another file may have been on its way when the tab died; what was stored does not come again.
    for (const path of fetched) expect(fetched.filter((other) => other === path).length).toBeLessThan(3)
  },
)

test('a tab that waits for update() is told of what another tab brought, and one that never looks is left alone', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const [, manual] = await Promise.all([open(tab()), open(tab(), { updates: 'manual' })])
  const off = await open(tab(), { updates: 'localOnly' })
  await repository.publish([dense('1.1.0', 2)])
  await tabs[0]!.check()
  await shown(manual, ({ update }) => update.available === '1.1.0')
  expect(manual.status.version).toBe('1.0.0')
  expect(off.status).toMatchObject({ version: '1.0.0', update: { state: { name: 'empty' } } })
})

test.each(['missing locks', 'memory'])('%s: each tab works for itself', async (kind) => {
  const lockless = (): Worker =>
    new Worker(new URL('../../test/lockless-host-worker.ts', import.meta.url), { type: 'module' })
  const alone: Partial<ClientOptions> =
    kind === 'memory' ? { storage: 'memory' } : { workers: { host: lockless } }
  await repository.publish([dense('1.0.0', 1)])
  const [first, second] = await Promise.all([open(tab(alone)), open(tab(alone))])
  await repository.publish([dense('1.1.0', 2)])
  const reached = reaches(second, '1.1.0')
  await tabs[0]!.check()
  await reached
  expect(first.status.version).toBe('1.1.0')
  expect((await second.predict(input)).version).toBe('1.1.0')
})

test('a pin in one tab reaches the others, but for one that was opened at a version of its own', async () => {
  await repository.publish([dense('1.0.0', 1)])
  await repository.publish([dense('1.1.0', 2)])
  const [first, second] = [await open(tab()), await open(tab())]
  const own = await open(tab(), { version: '1.1.0' })
  const pinned = (model: Model, version: string | undefined): Promise<void> =>
    shown(model, ({ update }) => update.pinned === version)
  const reached = reaches(second, '1.0.0')
  await first.pin('1.0.0')
  await Promise.all([reached, pinned(second, '1.0.0')])
  expect(own.status).toMatchObject({ version: '1.1.0', update: { pinned: '1.1.0' } })
  const back = reaches(second, '1.1.0')
  await first.pin(null)
  await Promise.all([back, pinned(second, undefined)])
  expect((await second.predict(input)).version).toBe('1.1.0')
  expect(own.status.update.pinned).toBe('1.1.0')
})

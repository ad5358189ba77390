import { afterEach, beforeEach, expect, test } from 'vitest'

import { type BrowserRepository, startBrowserRepository } from '../../test/browser-repository.ts'
import { denseOnnxRequest } from '../../test/tiny-packages.ts'
import type { Homing, Model } from './api.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions, ModelOptions } from './options-api.ts'
import type { Progress } from './status-api.ts'

let repository: BrowserRepository
const clients: Homing[] = []

beforeEach(async () => {
  repository = await startBrowserRepository()
})
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()))
  await repository.stop()
})

const dense = (version: string, bias: number) => ({ request: denseOnnxRequest([], { version, bias }) })

function client(options: Partial<ClientOptions> = {}): Homing {
  const { url, root } = repository
  const made = createClient({ repository: url, root, app: 'test', pollInterval: 0, ...options })
  clients.push(made)
  return made
}
const open = (homing: Homing, options: ModelOptions = {}): Promise<Model> =>
  homing.model('tiny', { backends: ['wasm'], ...options })

/** Leaves 1.0.0 on the device, and publishes 1.1.0. */
async function visited(): Promise<void> {
  await repository.publish([dense('1.0.0', 1)])
  const first = client()
  await open(first)
  await first.close()
  await repository.publish([dense('1.1.0', 2)])
}

test('localOnly: what is not on the device is not asked for', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const opening = open(client(), { updates: 'localOnly' })
  await expect(opening).rejects.toMatchObject({ code: 'UPDATE_REFUSED' })
  expect(await repository.requests()).toEqual([])
})

test('localOnly: serves what is on the device without a request, and updates when it is told to', async () => {
  await visited()
  const before = (await repository.requests()).length
  const homing = client({ pollInterval: 1_000_000 })
  const model = await open(homing, { updates: 'localOnly' })
  await homing.check()
  expect(model.status).toMatchObject({ version: '1.0.0', update: { policy: 'localOnly' } })
  expect(await repository.requests()).toHaveLength(before)
  expect((await model.update()).version).toBe('1.1.0')
})

test('localThenUpdate: serves what is on the device, and then what is new', async () => {
  await visited()
  const homing = client()
  const model = await open(homing)
  expect(model.status).toMatchObject({ version: '1.0.0', update: { policy: 'localThenUpdate' } })
  await homing.check()
  expect(model.status.version).toBe('1.1.0')
})

test('latest: opens with the newest version', async () => {
  await visited()
  expect((await open(client(), { updates: 'latest' })).status.version).toBe('1.1.0')
})

test('latest: opens with what is on the device where there is no network, and says why', async () => {
  await visited()
  await repository.stop()
  const { status } = await open(client(), { updates: 'latest' })
  expect(status).toMatchObject({ version: '1.0.0', update: { error: { code: 'NETWORK_FAILED' } } })
  await expect(client().model('other', { updates: 'latest' })).rejects.toMatchObject({
    code: 'NETWORK_FAILED',
  })
})

test('progress is told from the device too, and never falls', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const told: Progress[] = []
  const onProgress = (progress: Progress): void => void told.push(progress)
  const first = client()
  await open(first, { onProgress })
  expect(told[0]).toMatchObject({ loaded: 0, cached: 0 })
  const { total } = told[0]!
  expect(told.at(-1)!.loaded).toBe(total)
  const loaded = told.map((progress) => progress.loaded)
  expect(loaded).toEqual(loaded.toSorted((a, b) => a - b))
  await first.close()

  told.length = 0
  await open(client(), { onProgress })
  expect(told.at(-1)).toEqual({ version: '1.0.0', loaded: total, total, cached: total })
  expect(told.length).toBeGreaterThan(1)
})

/** A client on a metered connection, which `free` makes free. */
function metered(options: Partial<ClientOptions> = {}): { homing: Homing; free: () => void } {
  const host = (): Worker =>
    new Worker(new URL('../../test/metered-host-worker.ts', import.meta.url), { type: 'module' })
  const channel = new BroadcastChannel('test-connection')
  return {
    homing: client({ workers: { host }, downloads: { metered: 'pause' }, ...options }),
    free: () => channel.postMessage(false),
  }
}
const blobsAsked = async (): Promise<string[]> =>
  (await repository.requests()).filter((path) => path.startsWith('blobs/'))

test('a metered connection pauses a download until it is free', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const { homing, free } = metered()
  let pause!: () => void
  const paused = new Promise<void>((resolve) => (pause = resolve))
  const opening = open(homing, {
    onProgress: (progress) => {
      if (progress.paused) pause()
    },
  })
  await paused
  expect(await blobsAsked()).toEqual([])
  free()
  expect((await opening).status.version).toBe('1.0.0')
})

test('an update that is paused is told in the status, and update() brings it all the same', async () => {
  await visited()
  const asked = (await blobsAsked()).length
  const { homing } = metered()
  const model = await open(homing)
  const looking = homing.check()
  await new Promise<void>((resolve) => {
    model.subscribe(({ update }) => {
      if (update.state.name === 'paused') resolve()
    })
  })
  expect(model.status.version).toBe('1.0.0')
  expect(await blobsAsked()).toHaveLength(asked)
  expect((await model.update()).version).toBe('1.1.0')
  await looking
})

test('a paused download ends at once when its model is closed, or its opening aborted', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const { homing } = metered()
  const controller = new AbortController()
  const opening = open(homing, {
    signal: controller.signal,
    onProgress: (progress) => {
      if (progress.paused) controller.abort()
    },
  })
  await expect(opening).rejects.toMatchObject({ code: 'ABORTED' })
})

test('a metered connection changes nothing where the app does not ask for it', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const { homing } = metered({ downloads: {} })
  expect((await open(homing)).status.version).toBe('1.0.0')
})

test('update() in one tab brings what another tab has paused', async () => {
  await visited()
  const [elected, other] = [metered().homing, metered().homing]
  const [first, second] = [await open(elected), await open(other)]
  const looking = elected.check()
  await new Promise<void>((resolve) => {
    first.subscribe(({ update }) => {
      if (update.state.name === 'paused') resolve()
    })
  })
  expect((await second.update()).version).toBe('1.1.0')
  await looking
})

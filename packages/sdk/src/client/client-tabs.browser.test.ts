import { paths } from '@homing/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { type BrowserRepository, startBrowserRepository } from '../../test/browser-repository.ts'
import { denseOnnxRequest } from '../../test/tiny-packages.ts'
import type { Homing, Model } from './api.ts'
import { createClient } from './create-client.ts'

// Two clients have a host worker each and share database, locks and channel, as two tabs do.
let repository: BrowserRepository
let tabs: Homing[]

beforeEach(async () => {
  repository = await startBrowserRepository()
  tabs = [0, 1].map(() => createClient({ repository: repository.url, app: 'test', pollInterval: 0 }))
})
afterEach(async () => {
  await Promise.all(tabs.map((tab) => tab.close()))
  await repository.stop()
})

const dense = (version: string, bias: number) => ({ request: denseOnnxRequest([], { version, bias }) })
const open = (): Promise<Model[]> => Promise.all(tabs.map((tab) => tab.model('tiny', { backends: ['wasm'] })))
const reaches = (model: Model, version: string): Promise<void> =>
  new Promise((resolve) => {
    model.subscribe((status) => {
      if (status.version === version) resolve()
    })
  })

test('two tabs that open a model together fetch its files once', async () => {
  const [manifest] = await repository.publish([dense('1.0.0', 1)])
  await open()
  const fetched = (await repository.requests()).filter((path) => path.startsWith('blobs/'))
  const shards = manifest!.parameters.shards.map(({ sha256 }) => sha256)
  expect(fetched.sort()).toEqual([manifest!.graph.sha256, ...shards].map(paths.blob).sort())
})

test('a version that one tab installs reaches the other, its files from the device', async () => {
  await repository.publish([dense('1.0.0', 1)])
  const [first, second] = await open()
  const [manifest] = await repository.publish([dense('1.1.0', 2)])
  const reached = reaches(second!, '1.1.0')
  await tabs[0]!.check()
  expect(first!.status.version).toBe('1.1.0')
  await reached
  const shard = paths.blob(manifest!.parameters.shards[0]!.sha256)
  expect((await repository.requests()).filter((path) => path === shard)).toHaveLength(1)
})

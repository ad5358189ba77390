import type { FaultNews, FaultPlan } from '@homing/testkit/fault-plan'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { type BrowserRepository, startBrowserRepository } from '../../test/browser-repository.ts'
import { denseExpected, floats } from '../../test/tiny-packages.ts'
import { denseLayersRequest } from '../../test/tiny-tfjs.ts'
import type { FaultPoint } from '../faults/fault-points.ts'
import type { Homing, Model } from './api.ts'
import { createClient } from './create-client.ts'

// `e2e/src/crash-matrix.spec.ts` kills tabs and browsers at every step; here hosts die, and disks fill up.

const x = [1, 2, 3, 4]
const biases: Readonly<Record<string, number>> = { '1.0.0': 1, '1.1.0': 2 }
const release = (version: string) => ({
  request: denseLayersRequest([], { version, bias: biases[version]! }),
})

let repository: BrowserRepository
let clients: Homing[]
let host: Worker

beforeEach(async () => {
  repository = await startBrowserRepository()
  clients = []
})
afterEach(async () => {
  await Promise.all(clients.map((made) => made.close()))
  await repository.stop()
})

function client(): Homing {
  const startHost = (): Worker => {
    host = new Worker(new URL('../../test/planned-host-worker.ts', import.meta.url), { type: 'module' })
    return host
  }
  const { url, root } = repository
  const made = createClient({
    repository: url,
    root,
    app: 'test',
    pollInterval: 0,
    workers: { host: startHost },
  })
  clients.push(made)
  return made
}
const open = (homing: Homing): Promise<Model> => homing.model('tiny', { backends: ['cpu'] })

/** The version that answers, after a look at its answer. */
async function answering(model: Model): Promise<string> {
  const { version, outputs } = await model.predict({ x: floats(x, [1, 4]) })
  expect(outputs['y']).toEqual(floats(denseExpected(x, biases[version]!), [1, 3]))
  return version
}

/** A client that serves 1.0.0 while 1.1.0 is published, whose host has a plan. */
async function planned(
  plan: Omit<FaultPlan, 'type' | 'point'> & { point: FaultPoint },
): Promise<{ homing: Homing; model: Model }> {
  await repository.publish([release('1.0.0')])
  const homing = client()
  const model = await open(homing)
  await repository.publish([release('1.1.0')])
  const message: FaultPlan = { type: 'plan', ...plan }
  host.postMessage(message)
  return { homing, model }
}

const deaths: readonly FaultPoint[] = [
  'metadata-uncommitted',
  'manifest-uncommitted',
  'blob-fetched',
  'blob-uncommitted',
  'record-uncommitted',
  'version-loaded',
  'version-recorded',
]

test.each(deaths)(
  'a host that dies at %s is replaced, the model answers, and the update is finished',
  async (point) => {
    const { homing, model } = await planned({ action: 'stop', point })
    const dying = host
    const stopped = new Promise<void>((resolve) => {
      dying.addEventListener('message', ({ data }: MessageEvent<FaultNews>) => {
        if (data.type === 'stopped') resolve()
      })
    })
    const lost = homing.check().catch((error: unknown) => error)
    await stopped
    const calls = Array.from({ length: 5 }, () => answering(model))
    dying.terminate()
    expect(await lost).toMatchObject({ code: 'WORKER_LOST' })
    expect(['1.0.0', '1.1.0']).toEqual(expect.arrayContaining(await Promise.all(calls)))
    await homing.check()
    expect(await answering(model)).toBe('1.1.0')
  },
)

const writes: readonly FaultPoint[] = [
  'metadata-begun',
  'record-begun',
  'manifest-begun',
  'blob-begun',
  'use-begun',
]

test.each(writes)('a disk that is full from %s on costs nothing that is there', async (point) => {
  const { homing, model } = await planned({ action: 'full', point })
  await homing.check()
  expect(await answering(model)).toBe('1.1.0')
  expect(model.status.storage).toMatchObject({
    kind: 'memory',
    reason: expect.stringMatching(/room/) as string,
  })
  await homing.close()

  // With room again.
  const before = (await repository.requests()).length
  const later = client()
  const again = await open(later)
  expect(['1.0.0', '1.1.0']).toContain(await answering(again))
  expect(await repository.requests(), 'served from the device').toHaveLength(before)
  await later.check()
  expect(await answering(again)).toBe('1.1.0')
  expect(again.status.storage.kind).toBe('indexeddb')
})

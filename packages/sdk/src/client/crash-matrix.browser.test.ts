import type { FaultNews, FaultPlan } from '@homing/testkit/fault-plan'
import { expect, test } from 'vitest'

import { biases, paddedRelease, publishPatched } from '../../test/padded-releases.ts'
import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { denseExpected, floats } from '../../test/tiny-packages.ts'
import type { FaultPoint } from '../faults/fault-points.ts'
import type { Homing, Model } from './api.ts'

// Hosts die, and disks fill up, in a first visit and in an update by patch, whose files come in several pieces.
// `e2e/src/crash-matrix.spec.ts` kills tabs and browsers at every step.

serveEachTest()

type Plan = Omit<FaultPlan, 'type' | 'point'> & { readonly point: FaultPoint }

/** A client whose first host follows the plan, at once or as soon as `follow` is called. */
function plannedClient(plan: Plan, atOnce: boolean) {
  let host: Worker | undefined
  let tellStopped!: () => void
  const stopped = new Promise<void>((resolve) => (tellStopped = resolve))
  const follow = (): void => host!.postMessage({ type: 'plan', ...plan })
  const startHost = (): Worker => {
    // In one expression, by which Vite knows a worker: patches are applied by code that it imports later.
    const worker = new Worker(new URL('../../test/planned-host-worker.ts', import.meta.url), {
      type: 'module',
    })
    if (host) return worker // the host that takes the place of a dead one goes on
    host = worker
    worker.addEventListener('message', ({ data }: MessageEvent<FaultNews>) => {
      if (data.type === 'stopped') tellStopped()
    })
    if (atOnce) follow()
    return worker
  }
  const homing = client({ workers: { host: startHost } })
  return { homing, stopped, follow, killHost: () => host!.terminate() }
}

const x = [1, 2, 3, 4]
const open = (homing: Homing): Promise<Model> => homing.model('tiny', { backends: ['cpu'] })

/** The version that answers, after a look at its answer. */
async function answering(model: Model): Promise<string> {
  const { version, outputs } = await model.predict({ x: floats(x, [1, 4]) })
  expect(outputs['y']).toEqual(floats(denseExpected(x, biases[version]!), [1, 3]))
  return version
}

/** A first visit that is under way, by a client with the plan. */
async function firstVisit(plan: Plan) {
  await repository.publish([paddedRelease('1.0.0')])
  const planned = plannedClient(plan, true)
  return { ...planned, done: open(planned.homing) }
}

/** An update by patch that is under way. */
async function update(plan: Plan) {
  const [before] = await repository.publish([paddedRelease('1.0.0')])
  const planned = plannedClient(plan, false)
  const model = await open(planned.homing)
  await publishPatched(repository, before!)
  planned.follow()
  return { ...planned, done: planned.homing.check().then(() => model) }
}

const begin = { 'first visit of': firstVisit, 'update to': update } as const

/** What is under way, and at which passing of which point it is struck. */
type Strike = readonly [keyof typeof begin, version: string, FaultPoint, time: number]

const deaths: readonly Strike[] = [
  ['first visit of', '1.0.0', 'metadata-uncommitted', 1],
  ['first visit of', '1.0.0', 'piece-uncommitted', 1],
  ['first visit of', '1.0.0', 'piece-uncommitted', 2],
  ['first visit of', '1.0.0', 'blob-uncommitted', 2],
  ['first visit of', '1.0.0', 'record-uncommitted', 3],
  ['update to', '1.1.0', 'piece-uncommitted', 1],
  ['update to', '1.1.0', 'piece-uncommitted', 2],
  ['update to', '1.1.0', 'piece-deletion-uncommitted', 1],
  ['update to', '1.1.0', 'patch-fetched', 1],
  ['update to', '1.1.0', 'patch-applied', 1],
]

test.each(deaths)('%s %s: a host that dies at %s %s', async (scene, version, point, time) => {
  const { homing, stopped, killHost, done } = await begin[scene]({ action: 'stop', point, time })
  done.catch(() => undefined)
  await stopped
  killHost()
  await homing.close()
  const later = client()
  const model = await open(later)
  expect(['1.0.0', version]).toContain(await answering(model))
  await later.check()
  expect(await answering(model)).toBe(version)
  expect(model.status.storage.kind).toBe('indexeddb')
})

const fillings: readonly Strike[] = [
  ['first visit of', '1.0.0', 'metadata-begun', 1],
  ['first visit of', '1.0.0', 'record-begun', 1],
  ['first visit of', '1.0.0', 'manifest-begun', 1],
  ['first visit of', '1.0.0', 'piece-begun', 1],
  ['first visit of', '1.0.0', 'piece-begun', 2],
  ['first visit of', '1.0.0', 'blob-begun', 2],
  ['first visit of', '1.0.0', 'record-begun', 3],
  ['update to', '1.1.0', 'piece-begun', 2],
  ['update to', '1.1.0', 'piece-deletion-begun', 1],
]

test.each(fillings)('%s %s: a disk that is full from %s %s on', async (scene, version, point, time) => {
  const { homing, done } = await begin[scene]({ action: 'full', point, time })
  const served = await done
  expect(await answering(served)).toBe(version)
  expect(served.status.storage.kind).toBe('memory')
  await homing.close()
  // With room again.
  const later = client()
  const model = await open(later)
  await later.check()
  expect(await answering(model)).toBe(version)
  expect(model.status.storage.kind).toBe('indexeddb')
})

import { paths } from '@homing/protocol'
import { describe, expect, test } from 'vitest'

import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { denseExpected, floats } from '../../test/tiny-packages.ts'
import { denseProbes, type ProbedRequest, withProbes } from '../../test/tiny-probes.ts'
import { denseLayersRequest } from '../../test/tiny-tfjs.ts'
import type { Homing, Model } from './api.ts'
import type { ClientOptions } from './options-api.ts'

const x = [1, 2, 3, 4]
const input = { x: floats(x, [1, 4]) }
const probed = (version: string, bias: number): ProbedRequest =>
  denseProbes(denseLayersRequest([], { version, bias }), bias)

let engine: Worker
/** A client whose engine lies on `backends`, also when it is started anew. */
const lying = (backends: string[], options: Partial<ClientOptions> = {}): Homing =>
  client({
    ...options,
    workers: {
      tfjs: () =>
        (engine = new Worker(new URL('../../test/lying-tfjs-worker.ts', import.meta.url), {
          type: 'module',
          name: backends.join(' '),
        })),
    },
  })
const open = (homing: Homing): Promise<Model> => homing.model('tiny', { backends: ['webgl', 'cpu'] })
const answer = async (model: Model, bias: number): Promise<void> => {
  const { outputs } = await model.predict(input)
  denseExpected(x, bias).forEach((value, at) => expect(outputs['y']!.data[at]).toBeCloseTo(value, 4))
}

serveEachTest()

describe('a version with probes', () => {
  test('serves on a backend that passes, which a later visit remembers', async () => {
    const [manifest] = await repository.publish([probed('1.0.0', 1)])
    const first = client()
    const model = await open(first)
    expect(model.status).toMatchObject({ backend: 'webgl', probe: { cases: 3, remembered: false } })
    expect(model.status.probe!.deviation).toBeLessThan(1)
    expect(model.status.quarantined).toBeUndefined()
    const { at, deviation } = model.status.probe!
    await first.close()
    expect(await repository.requests()).toContain(paths.blob(manifest!.probes!.outputs.sha256))

    const again = await open(client())
    expect(again.status.probe).toEqual({ cases: 3, deviation, at, remembered: true })
    await answer(again, 1)
  })

  test('leaves a backend that lies for the next, for good, and says so', async () => {
    await repository.publish([probed('1.0.0', 1)])
    const homing = lying(['webgl'])
    const model = await open(homing)
    expect(model.status).toMatchObject({
      backend: 'cpu',
      quarantined: ['webgl'],
      fallbacks: [{ backend: 'webgl', stage: 'probe', code: 'PROBE_FAILED' }],
      probe: { remembered: false },
    })
    await answer(model, 1)
    await homing.close()

    const again = await open(client()) // whose engine would not lie
    expect(again.status).toMatchObject({
      backend: 'cpu',
      quarantined: ['webgl'],
      fallbacks: [{ backend: 'webgl', stage: 'probe', code: 'PROBE_FAILED' }],
      probe: { remembered: true },
    })
    const retried = await again.retry()
    expect(retried.update.state).toEqual({ name: 'empty' })
  })

  test('is not taken where every backend lies: the last good one serves, and the status says why', async () => {
    const good = denseLayersRequest([], { version: '1.0.0', bias: 1 })
    await repository.publish([{ request: good }])
    const homing = lying(['webgl', 'cpu'])
    const model = await open(homing)
    expect(model.status.probe).toBeUndefined()
    await repository.publish([probed('1.1.0', 2)])
    await expect(homing.check()).resolves.toBeUndefined()
    expect(model.status).toMatchObject({
      version: '1.0.0',
      state: { name: 'active', version: '1.0.0' },
    })
    expect(model.status.update).toMatchObject({
      state: { name: 'failed' },
      error: {
        code: 'BACKEND_UNAVAILABLE',
        details: {
          backends: [
            { backend: 'webgl', stage: 'probe', code: 'PROBE_FAILED' },
            { backend: 'cpu', stage: 'probe', code: 'PROBE_FAILED' },
          ],
        },
      },
    })
    const before = (await repository.requests()).length
    await homing.check()
    const later = (await repository.requests()).slice(before)
    expect(later.filter((path) => path.startsWith('blobs/'))).toEqual([])
    expect(model.status.update.error?.message).toMatch(/1\.1\.0 cannot run here: .*computes wrongly/)
  })

  test('leaves a backend that hangs while it is proven', async () => {
    await repository.publish([probed('1.0.0', 1)])
    const model = await open(lying(['webgl/hangs'], { hangLimit: 500 })) // each hang is waited for
    expect(model.status).toMatchObject({
      backend: 'cpu',
      fallbacks: [{ backend: 'webgl', code: 'WORKER_LOST' }],
      probe: { remembered: false },
    })
    expect(model.status.quarantined).toBeUndefined() // it may not be the version's fault
    await answer(model, 1)
  })

  test.each([
    ['wants NaN', { y: floats([1, NaN, 1], [1, 3]) }, x],
    ['holds NaN where the signature refuses it', { y: floats([1, 1, 1], [1, 3]) }, [1, NaN, 3, 4]],
  ])('is refused where a probe %s: no backend is to blame', async (_what, outputs, values) => {
    await repository.publish([{ request: denseLayersRequest([], { version: '1.0.0', bias: 1 }) }])
    const homing = client()
    const model = await open(homing)
    const request = denseLayersRequest([], { version: '1.1.0', bias: 2 })
    await repository.publish([withProbes(request, [{ inputs: { x: floats(values, [1, 4]) }, outputs }])])
    await homing.check()
    expect(model.status.version).toBe('1.0.0')
    await answer(model, 1)
    expect(model.status.update.error).toMatchObject({ code: 'PROBE_INVALID' })
  })
})

describe('a backend that turns bad while it serves', () => {
  const turnBad = (): void => engine.postMessage({ type: 'lie', backend: 'webgl' })
  /** A model on webgl, which is probed again and again while it is used. */
  const used = async (liars: string[]): Promise<Model> => {
    await repository.publish([probed('1.0.0', 1)])
    const model = await open(lying(liars, { probeInterval: 100 }))
    expect(model.status).toMatchObject({ backend: 'webgl', restarts: 0 })
    await answer(model, 1)
    return model
  }

  test('is found by a probe, and replaced where it lies on', async () => {
    const liars: string[] = []
    const model = await used(liars)
    liars.push('webgl')
    turnBad()
    await expect
      .poll(
        async () => {
          await model.predict(input) // only what is used is probed
          return model.status
        },
        { timeout: 20_000 },
      )
      .toMatchObject({ backend: 'cpu', quarantined: ['webgl'], restarts: 1 })
    await answer(model, 1)
  })

  test('makes way for the version before where no other is left, though the newer one had proved itself', async () => {
    await repository.publish([{ request: denseLayersRequest([], { version: '1.0.0', bias: 1 }) }])
    const liars: string[] = []
    const model = await lying(liars, { probeInterval: 100 }).model('tiny', { backends: ['cpu'] })
    await repository.publish([probed('1.1.0', 2)])
    expect((await model.update()).version).toBe('1.1.0')
    for (let call = 0; call < 10; call++) await answer(model, 2)
    liars.push('cpu')
    engine.postMessage({ type: 'lie', backend: 'cpu' })
    await expect
      .poll(
        async () => {
          await model.predict(input)
          return model.status
        },
        { timeout: 20_000 },
      )
      .toMatchObject({
        version: '1.0.0',
        state: { name: 'active' },
        update: { rolledBack: { version: '1.1.0', by: 'fault', error: { code: 'BACKEND_UNAVAILABLE' } } },
      })
  })

  test('serves on where a new worker puts it right', async () => {
    const model = await used([])
    turnBad()
    await expect
      .poll(
        async () => {
          await model.predict(input)
          return model.status
        },
        { timeout: 20_000 },
      )
      .toMatchObject({ backend: 'webgl', restarts: 1, probe: { remembered: false } })
    expect(model.status.quarantined).toBeUndefined()
    await answer(model, 1)
  })
})

import { paths } from '@homing/protocol'
import { describe, expect, test } from 'vitest'

import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { spoil } from '../../test/spoil.ts'
import { denseExpected, denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import type { ClientOptions } from './options-api.ts'
import type { ModelStatus, Progress } from './status-api.ts'

const x = [1, 2, 3, 4]
const input = { x: floats(x, [1, 4]) }
const dense = (version: string, bias: number) => ({ request: denseOnnxRequest([], { version, bias }) })
const biasOf = (y: ArrayLike<number>): number => y[0]! - denseExpected(x, 0)[0]!

const until = async (check: () => boolean): Promise<void> => {
  while (!check()) await new Promise((resolve) => setTimeout(resolve, 10))
}

serveEachTest()

describe('the first visit', () => {
  test('downloads, runs and tells', async () => {
    await repository.publish([dense('1.0.0', 0.5)])
    const progress: Progress[] = []
    const model = await client().model('tiny', {
      backends: ['wasm'],
      onProgress: (step) => progress.push(step),
    })
    const { outputs, predictionId, version } = await model.predict(input)
    expect(outputs['y']).toEqual(floats(denseExpected(x, 0.5), [1, 3]))
    expect(version).toBe('1.0.0')
    expect(predictionId).toMatch(/^[0-9a-f-]{36}$/)
    expect(model.status).toMatchObject({
      state: { name: 'active', version: '1.0.0' },
      engine: 'onnx',
      backend: 'wasm',
      storage: { kind: 'indexeddb' },
    })
    expect(model.status.storage.usage).toBeGreaterThan(0)
    expect(model.signature.inputs[0]).toMatchObject({ name: 'x', dtype: 'float32' })
    const last = progress.at(-1)!
    expect(last.loaded).toBe(last.total)
  })

  test('subscribers get the present state at once and the steps after it', async () => {
    await repository.publish([dense('1.0.0', 0)])
    const homing = client()
    const model = await homing.model('tiny', { backends: ['wasm'] })
    const seen: ModelStatus[] = []
    const stop = model.subscribe((status) => seen.push(status))
    expect(seen).toHaveLength(1)
    await repository.publish([dense('1.1.0', 1)])
    await homing.check()
    expect(seen.map(({ update }) => update.state.name)).toEqual(
      expect.arrayContaining(['checking', 'staged', 'probing']),
    )
    expect(seen.at(-1)!.state).toEqual({ name: 'active', version: '1.1.0' })
    const told = seen.length
    stop()
    await model.close()
    expect(seen).toHaveLength(told)
  })

  test('opening twice gives the same model', async () => {
    await repository.publish([dense('1.0.0', 0)])
    const homing = client()
    const [a, b] = await Promise.all([homing.model('tiny'), homing.model('tiny')])
    expect(a).toBe(b)
  })
})

describe('later visits', () => {
  test('serve from the device without a request, also when the repository is gone', async () => {
    await repository.publish([dense('1.0.0', 2)])
    const first = client()
    await first.model('tiny', { backends: ['wasm'] })
    await first.close()
    const before = (await repository.requests()).length
    await repository.fail(paths.rollout('tiny'), { kind: 'reset' })
    const model = await client().model('tiny', { backends: ['wasm'] })
    expect(biasOf((await model.predict(input)).outputs['y']!.data as Float32Array)).toBeCloseTo(2)
    expect(await repository.requests()).toHaveLength(before)
  })

  test('a spoiled file on the device is fetched again, and it alone', async () => {
    const [manifest] = await repository.publish([dense('1.0.0', 3)])
    const first = client()
    await first.model('tiny', { backends: ['wasm'] })
    await first.close()
    const { sha256 } = manifest!.parameters.shards[0]!
    await spoil(sha256)
    const before = (await repository.requests()).length
    const model = await client().model('tiny', { backends: ['wasm'] })
    expect(biasOf((await model.predict(input)).outputs['y']!.data as Float32Array)).toBeCloseTo(3)
    const later = (await repository.requests()).slice(before)
    expect(later.filter((path) => path.startsWith('blobs/'))).toEqual([paths.blob(sha256)])
  })
})

describe('updates', () => {
  test('switch between two of 200 predictions in flight; none fails and none is mixed', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    const model = await homing.model('tiny', { backends: ['wasm'] })
    await repository.publish([dense('1.1.0', 2)])
    const calls = Array.from({ length: 100 }, () => model.predict(input))
    const checked = homing.check()
    for (let i = 0; i < 100; i++) {
      calls.push(model.predict(input))
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await checked
    calls.push(model.predict(input))
    const versions = new Set<string>()
    for (const { version, outputs } of await Promise.all(calls)) {
      versions.add(version)
      expect(biasOf(outputs['y']!.data as Float32Array)).toBeCloseTo(version === '1.0.0' ? 1 : 2)
    }
    expect([...versions].sort()).toEqual(['1.0.0', '1.1.0'])
  })

  test('manual: the new version is told and waits for update()', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    const model = await homing.model('tiny', { updates: 'manual', backends: ['wasm'] })
    await repository.publish([dense('1.1.0', 2)])
    await homing.check()
    expect(model.status).toMatchObject({ version: '1.0.0', update: { available: '1.1.0' } })
    expect((await model.update()).version).toBe('1.1.0')
    expect(model.status.update.available).toBeUndefined()
  })

  test('localOnly: nothing is asked for', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    const model = await homing.model('tiny', { backends: ['wasm'] })
    await model.setUpdates('localOnly')
    const before = (await repository.requests()).length
    await homing.check()
    expect(await repository.requests()).toHaveLength(before)
    expect(model.status.version).toBe('1.0.0')
  })

  test('a pinned version stays, across visits, until it is unpinned', async () => {
    await repository.publish([dense('1.0.0', 1), dense('1.1.0', 2)])
    const first = client()
    const model = await first.model('tiny', { backends: ['wasm'] })
    expect((await model.pin('1.0.0')).version).toBe('1.0.0')
    await first.close()
    const second = client()
    const again = await second.model('tiny', { backends: ['wasm'] })
    await second.check()
    expect(again.status).toMatchObject({ version: '1.0.0', update: { pinned: '1.0.0' } })
    expect((await again.pin(null)).version).toBe('1.1.0')
  })

  test('a new version that is spoiled on its way leaves the old one serving', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    const model = await homing.model('tiny', { backends: ['wasm'] })
    const [next] = await repository.publish([dense('1.1.0', 2)])
    await repository.fail(paths.blob(next!.parameters.shards[0]!.sha256), { kind: 'alter', at: 0 })
    await expect(homing.check()).rejects.toMatchObject({ code: 'INTEGRITY_FAILED' })
    expect(model.status).toMatchObject({ version: '1.0.0', update: { error: { code: 'INTEGRITY_FAILED' } } })
    expect((await model.predict(input)).version).toBe('1.0.0')
    await repository.heal()
    await homing.check()
    expect(model.status.version).toBe('1.1.0')
    expect(model.status.update.error).toBeUndefined()
  })

  test('a new version that no backend can run is refused for good, and the old one serves', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    const model = await homing.model('tiny')
    const broken = dense('1.1.0', 2)
    const graph = broken.request.graph.slice(0, -20)
    await repository.publish([{ request: { ...broken.request, graph } }])
    await homing.check()
    expect(model.status.version).toBe('1.0.0')
    const before = (await repository.requests()).length
    await homing.check()
    expect((await repository.requests()).slice(before).filter((path) => path.startsWith('blobs/'))).toEqual(
      [],
    )
  })
})

describe('a device takes the newest version that it can run', () => {
  test('an older one where the newest needs a later SDK, another engine or more', async () => {
    await repository.publish([
      dense('1.0.0', 1),
      { ...dense('1.1.0', 2), requirements: { engine: { from: '99.0.0' } } },
      { ...dense('1.2.0', 3), requirements: { sdk: '99.0.0' } },
    ])
    const model = await client().model('tiny', { backends: ['wasm'] })
    expect(model.status.version).toBe('1.0.0')
  })

  test('none fits: the reasons are told', async () => {
    await repository.publish([{ ...dense('1.0.0', 1), requirements: { sdk: '99.0.0' } }])
    const error = await client()
      .model('tiny')
      .catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'VERSION_UNSUPPORTED', details: { reasons: [{ version: '1.0.0' }] } })
  })
})

describe('failures', () => {
  test('an unknown model, a web page, a wrong name', async () => {
    const homing = client()
    await expect(homing.model('nothing')).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' })
    await repository.fail('metadata/timestamp.json', { kind: 'html' })
    await expect(homing.model('portal')).rejects.toMatchObject({ code: 'RESPONSE_UNEXPECTED' })
    await expect(homing.model('../etc')).rejects.toMatchObject({ code: 'MODEL_UNKNOWN' })
  })

  test('a failed model can be opened again once the fault is gone', async () => {
    await repository.publish([dense('1.0.0', 1)])
    await repository.fail(paths.rollout('tiny'), { kind: 'html' })
    const homing = client()
    await expect(homing.model('tiny')).rejects.toMatchObject({ code: 'RESPONSE_UNEXPECTED' })
    await repository.heal()
    expect((await homing.model('tiny', { backends: ['wasm'] })).status.version).toBe('1.0.0')
  })

  test('bad input is refused, and the model goes on', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const model = await client().model('tiny', { backends: ['wasm'] })
    await expect(model.predict({ z: floats(x, [1, 4]) })).rejects.toMatchObject({ code: 'INPUT_NAME' })
    await expect(model.predict({ x: floats(x, [2, 2]) })).rejects.toMatchObject({ code: 'INPUT_SHAPE' })
    await expect(model.predict({ x: floats([1, NaN, 3, 4], [1, 4]) })).rejects.toMatchObject({
      code: 'INPUT_VALUE',
    })
    const integers = { dtype: 'int32', shape: [1, 4], data: Int32Array.from(x) } as const
    await expect(model.predict({ x: integers })).rejects.toMatchObject({ code: 'INPUT_DTYPE' })
    expect((await model.predict(input)).version).toBe('1.0.0')
  })

  test('aborting the opening stops it, and the next one begins anew', async () => {
    const [manifest] = await repository.publish([dense('1.0.0', 1)])
    await repository.fail(paths.blob(manifest!.graph.sha256), { kind: 'hang' })
    const homing = client()
    const controller = new AbortController()
    const opening = homing.model('tiny', { signal: controller.signal })
    setTimeout(() => controller.abort(), 300)
    await expect(opening).rejects.toMatchObject({ code: 'ABORTED' })
    await repository.heal()
    expect((await homing.model('tiny', { backends: ['wasm'] })).status.version).toBe('1.0.0')
  })

  test('an aborted prediction rejects with ABORTED', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const model = await client().model('tiny', { backends: ['wasm'] })
    await expect(model.predict(input, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ABORTED',
    })
  })

  test('after close, calls reject with CLOSED', async () => {
    await repository.publish([dense('1.0.0', 1)])
    const homing = client()
    const model = await homing.model('tiny', { backends: ['wasm'] })
    await Promise.all([model.close(), model.close()])
    expect(model.status.state.name).toBe('closed')
    await expect(model.predict(input)).rejects.toMatchObject({ code: 'CLOSED' })
    await homing.close()
    await expect(homing.model('tiny')).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

describe('workers that die', () => {
  const workers: Worker[] = []
  const spied = (kind: 'host' | 'onnx'): Partial<ClientOptions> => ({
    workers: {
      [kind]: () => {
        const script =
          kind === 'host'
            ? new Worker(new URL('./host-worker.ts', import.meta.url), { type: 'module' })
            : new Worker(new URL('../runtime/onnx-worker.ts', import.meta.url), { type: 'module' })
        workers.push(script)
        return script
      },
    },
  })

  test.each(['onnx', 'host'] as const)(
    '%s: predictions in flight are repeated, later ones work',
    async (kind) => {
      await repository.publish([dense('1.0.0', 4)])
      const model = await client(spied(kind)).model('tiny', { backends: ['wasm'] })
      await model.predict(input)
      const calls = Array.from({ length: 20 }, () => model.predict(input))
      workers.at(-1)!.terminate()
      for (const { outputs } of await Promise.all(calls))
        expect(biasOf(outputs['y']!.data as Float32Array)).toBeCloseTo(4)
      expect((await model.predict(input)).version).toBe('1.0.0')
      await until(() => model.status.state.name === 'active')
    },
  )

  test('a transferred call that was lost tells so', async () => {
    await repository.publish([dense('1.0.0', 4)])
    const model = await client(spied('onnx')).model('tiny', { backends: ['wasm'] })
    workers.at(-1)!.terminate()
    const lost = model.predict({ x: floats(x, [1, 4]) }, { transfer: true })
    await expect(lost).rejects.toMatchObject({ code: 'WORKER_LOST', retryable: true })
    expect((await model.predict(input)).version).toBe('1.0.0')
  })
})

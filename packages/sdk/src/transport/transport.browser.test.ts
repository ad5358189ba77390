import { HomingError } from '@homing/protocol'
import { expect, test } from 'vitest'

import { startWorker, type WorkerLink } from './worker-link.ts'

interface TestApi {
  echo(value: unknown): Promise<unknown>
  fail(): Promise<never>
  hang(): Promise<never>
  end(): Promise<never>
  crash(): Promise<void>
  untilAborted(signal: AbortSignal): Promise<string>
}

const start = (): Promise<WorkerLink<TestApi>> =>
  startWorker('test', () => new Worker(new URL('./test-worker.ts', import.meta.url), { type: 'module' }), {
    greeting: 'hi',
  })
const closed = new HomingError('CLOSED', 'The client was closed.')

test('calls cross with values, and errors keep class, code, details and cause', async () => {
  const link = await start()
  expect(await link.remote.echo(new Float32Array([1, 2]))).toEqual({
    greeting: 'hi',
    value: new Float32Array([1, 2]),
  })
  const error = await link.remote.fail().catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(HomingError)
  expect(error).toMatchObject({
    code: 'INPUT_SHAPE',
    details: { expected: [1, 2] },
    cause: { name: 'RangeError' },
  })
  link.terminate(closed)
})

test('an abort signal crosses', async () => {
  const link = await start()
  const controller = new AbortController()
  const answer = link.remote.untilAborted(controller.signal)
  controller.abort()
  expect(await answer).toBe('aborted')
  link.terminate(closed)
})

test('terminate rejects pending and later calls', async () => {
  const link = await start()
  const pending = link.remote.hang()
  link.terminate(closed)
  await expect(pending).rejects.toMatchObject({ code: 'CLOSED' })
  await expect(link.remote.echo(1)).rejects.toMatchObject({ code: 'CLOSED' })
  expect((await link.died).code).toBe('CLOSED')
})

test('a worker that ends itself in the middle of a call is noticed', async () => {
  const link = await start()
  await expect(link.remote.end()).rejects.toMatchObject({ code: 'WORKER_LOST' })
  expect((await link.died).code).toBe('WORKER_LOST')
})

test('an uncaught throw in the worker is noticed', async () => {
  const link = await start()
  const pending = link.remote.hang()
  await link.remote.crash()
  await expect(pending).rejects.toMatchObject({ code: 'WORKER_LOST' })
})

test('a worker script that is not there rejects the start', async () => {
  const missing = (): Worker => new Worker('/no-such-worker.js', { type: 'module' })
  await expect(startWorker('missing', missing, {})).rejects.toMatchObject({ code: 'WORKER_LOST' })
})

test('a value that cannot be cloned rejects that call only', async () => {
  const link = await start()
  await expect(link.remote.echo(() => 1)).rejects.toThrow()
  expect(await link.remote.echo(1)).toEqual({ greeting: 'hi', value: 1 })
  link.terminate(closed)
})

test('a second port serves the same API', async () => {
  const link = await start()
  const { mortalRemote } = await import('./mortal-remote.ts')
  const second = mortalRemote<TestApi>(link.openPort())
  expect(await second.remote.echo(2)).toEqual({ greeting: 'hi', value: 2 })
  link.terminate(closed)
  const pending = second.remote.echo(3)
  second.kill(closed)
  await expect(pending).rejects.toMatchObject({ code: 'CLOSED' })
})

import { expect, test } from 'vitest'

import { client, repository, serveEachTest } from '../../test/served-clients.ts'
import { denseExpected, denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import type { Prediction } from './api.ts'

serveEachTest()

const row = (seed: number): number[] => [seed, 1, -seed, 2]
const inputOf = (seed: number) => ({ x: floats(row(seed), [1, 4]) })
const expectRow = ({ outputs }: Prediction, seed: number): void => {
  const values = [...(outputs['y']!.data as Float32Array)]
  values.forEach((value, k) => expect(value).toBeCloseTo(denseExpected(row(seed), 1)[k]!, 4))
}
const open = async (options = {}) => {
  await repository.publish([{ request: denseOnnxRequest(['wasm'], { bias: 1 }) }])
  return client({ storage: 'memory' }).model('tiny', { backends: ['wasm'], ...options })
}

test('calls at once share runs, each with its own answer; the queue is told and bounded', async () => {
  const model = await open({ queueLimit: 40 })
  const calls = Array.from({ length: 40 }, (_, seed) => model.predict(inputOf(seed)))
  await expect(model.predict(inputOf(0))).rejects.toMatchObject({
    code: 'QUEUE_FULL',
    details: { limit: 40 },
  })
  expect(model.status.queue).toEqual({ waiting: 40, limit: 40 })
  const replies = await Promise.all(calls)
  replies.forEach(expectRow)
  expect(Math.max(...replies.map(({ batch = 1 }) => batch))).toBeGreaterThan(8)
  expect(model.status.queue).toBeUndefined()
  expectRow(await model.predict(inputOf(7), { deadline: 60_000, priority: 'background', batch: false }), 7)
})

test('batching can be switched off, and options are checked', async () => {
  const model = await open({ batching: false })
  const replies = await Promise.all(Array.from({ length: 5 }, (_, seed) => model.predict(inputOf(seed))))
  expect(replies.map(({ batch }) => batch)).toEqual([undefined, undefined, undefined, undefined, undefined])
  await expect(model.predict(inputOf(1), { deadline: -1 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  const refused = client({ storage: 'memory' }).model('tiny', { queueLimit: 0 })
  await expect(refused).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

test('predictAll scores a stream in order, refuses one by one, and lets other calls go first', async () => {
  const model = await open()
  async function* stream() {
    for (let seed = 0; seed < 100; seed++) {
      if (seed % 10 === 0) await new Promise((resolve) => setTimeout(resolve))
      yield seed === 50 ? { x: floats([NaN, 1, 2, 3], [1, 4]) } : inputOf(seed)
    }
  }
  const progress: number[] = []
  let largest = 0
  for await (const scored of model.predictAll(stream(), { onProgress: ({ done }) => progress.push(done) })) {
    if ('error' in scored) expect([scored.index, scored.error.code]).toEqual([50, 'INPUT_VALUE'])
    else {
      expectRow(scored.prediction, scored.index)
      largest = Math.max(largest, scored.prediction.batch ?? 1)
    }
    if (scored.index === 20) expectRow(await model.predict(inputOf(3)), 3)
  }
  expect(progress).toEqual(Array.from({ length: 100 }, (_, index) => index + 1))
  expect(largest).toBeGreaterThan(1)
  await model.close()
  const closed = model.predictAll([inputOf(1)])
  await expect(closed.next()).rejects.toMatchObject({ code: 'CLOSED' })
})

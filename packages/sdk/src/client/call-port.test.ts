import { HomingError, type Tensor } from '@homing/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'

import { denseExpected, denseOnnxRequest, floats } from '../../test/tiny-packages.ts'
import type { CallsMessage, EndsMessage } from '../runtime/calls/call-messages.ts'
import { serveCalls } from '../runtime/calls/serve-calls.ts'
import { onnxEngine } from '../runtime/engines/onnx-engine.ts'
import type { PredictReply, PredictRequest } from '../runtime/runtime-api.ts'
import { createRuntime } from '../runtime/runtime.ts'
import { type CallPort, callPort } from './call-port.ts'
import type { QuickCall } from './quick-call.ts'
import { repeatedCalls } from './repeated-calls.ts'
import { retainTensors } from './retain-tensors.ts'

const runtime = createRuntime(onnxEngine({ threads: 1 }))
const { instance } = await runtime.load(denseOnnxRequest(['wasm'], { bias: 1 }))
await runtime.activate('tiny', instance)

let calls: CallPort
let die: (error: HomingError) => void
let sent: CallsMessage[]
let answered: EndsMessage[]
let ports: MessagePort[]
beforeEach(() => {
  const [page, worker] = [new MessageChannel(), new MessageChannel()]
  ports = [page.port1, page.port2, worker.port1, worker.port2]
  ;[sent, answered] = [[], []]
  // Between page and worker, who sees every message.
  page.port2.onmessage = ({ data }: MessageEvent<CallsMessage>) => {
    sent.push(data)
    worker.port1.postMessage(data)
  }
  worker.port1.onmessage = ({ data }: MessageEvent<EndsMessage>) => {
    answered.push(data)
    page.port2.postMessage(data)
  }
  serveCalls(runtime, worker.port2)
  calls = callPort(page.port1, new Promise((resolve) => (die = resolve)))
})
afterEach(() => {
  for (const port of ports) port.close()
})

const request = (x: Tensor | null, how: Partial<PredictRequest> = {}): PredictRequest =>
  ({ inputs: { x }, now: 0, ...how }) as PredictRequest
const row = (seed: number): number[] => [seed, 1, -seed, 2]
const ask = (seed: number, how: Partial<PredictRequest> = {}): Promise<PredictReply> =>
  calls.predict('tiny', request(floats(row(seed), [1, 4]), how))
const expectRow = ({ outputs }: PredictReply, seed: number): void => {
  expect(outputs['y']!.shape).toEqual([1, 3])
  const values = [...(outputs['y']!.data as Float32Array)]
  values.forEach((value, k) => expect(value).toBeCloseTo(denseExpected(row(seed), 1)[k]!, 4))
}

describe('calls of one task', () => {
  test('leave as one message, also when promises lie between them, and one batch comes back as one', async () => {
    await Promise.all([ask(1), ask(2), ask(3)])
    sent.length = answered.length = 0
    const replies = await Promise.all(
      Array.from({ length: 20 }, async (_, seed) => {
        for (let hop = 0; hop < seed % 5; hop++) await Promise.resolve()
        return ask(seed)
      }),
    )
    replies.forEach((reply, seed) => expectRow(reply, seed % 20))
    expect([sent.length, answered.length]).toEqual([1, 1])
    // Two answers' outputs never share memory on the page: one may be moved away.
    expect(new Set(replies.map(({ outputs }) => (outputs['y']!.data as Float32Array).buffer)).size).toBe(20)
  })

  test('of other shapes, priorities and limits keep what is theirs', async () => {
    const both = calls.predict('tiny', request(floats([...row(1), ...row(2)], [2, 4])))
    const [one, other, two, alone] = await Promise.all([
      ask(3),
      ask(4, { priority: 'background' }),
      both,
      ask(5, { batch: false }),
    ])
    expectRow(one, 3)
    expectRow(other, 4)
    expectRow(alone, 5)
    expect(two.outputs['y']!.shape).toEqual([2, 3])
    expect(sent).toHaveLength(1)
  })

  test('of which one is refused are answered all the same', async () => {
    const ends = await Promise.allSettled([
      ask(1),
      calls.predict('tiny', request(floats([1, 2, 3], [1, 3]))),
      calls.predict('tiny', request(null)),
      calls.predict('other', request(floats(row(1), [1, 4]))),
      ask(2),
    ])
    expect(
      ends.map((end) => (end.status === 'rejected' ? (end.reason as HomingError).code : 'done')),
    ).toEqual(['done', 'INPUT_SHAPE', 'INPUT_DTYPE', 'CLOSED', 'done'])
  })

  test('of which one cannot be sent leave all the same', async () => {
    const refused = calls.predict('tiny', request((() => 1) as never))
    const [end, reply] = await Promise.allSettled([refused, ask(2)])
    expect(end).toMatchObject({ status: 'rejected', reason: { code: 'INPUT_VALUE' } })
    expect(reply.status).toBe('fulfilled')
  })
})

test('an abort takes a call out of the queue', async () => {
  const abort = new AbortController()
  const first = ask(1, { batch: false })
  const aborted = calls.predict('tiny', request(floats(row(2), [1, 4])), abort.signal)
  abort.abort()
  await expect(aborted).rejects.toMatchObject({ code: 'ABORTED' })
  expectRow(await first, 1)
})

test('when the worker dies, calls reject with the reason, and so do later ones', async () => {
  const pending = ask(1)
  const death = new HomingError('WORKER_LOST', 'gone')
  die(death)
  await expect(pending).rejects.toBe(death)
  await expect(ask(2)).rejects.toBe(death)
})

describe('a call that leaves at once', () => {
  const quick = (x: Tensor) => {
    const [ended, add] = [vi.fn(), vi.fn()]
    const predict = vi.fn<QuickCall['predict']>(({ inputs }) => calls.predict('tiny', { inputs, now: 0 }))
    const repeated = repeatedCalls(
      () => false,
      () => Promise.resolve(),
    )
    const watch = () => ended
    const retain: QuickCall['retain'] = (room) => retainTensors({ x }, room)
    const call = () =>
      calls.quick({ model: 'tiny', retain, turn: {}, count: { add }, watch, repeated, predict })
    return { call, ended, add, predict }
  }

  test('is answered, alone and among others, from the inputs as they were', async () => {
    const alone = floats(row(1), [1, 4])
    const { call, ended, add } = quick(alone)
    const made = call()
    ;(alone.data as Float32Array).fill(0)
    expectRow(await made!, 1)
    expect(ended).toHaveBeenCalledExactlyOnceWith()
    expect(add.mock.calls).toEqual([[1], [-1]])
    const tensors = Array.from({ length: 20 }, (_, seed) => floats(row(seed), [1, 4]))
    const all = tensors.map((x) => quick(x).call()!)
    for (const { data } of tensors) (data as Float32Array).fill(0)
    for (const [seed, reply] of (await Promise.all(all)).entries()) expectRow(reply, seed)
  })

  test('is not made where an input is no tensor, and is told what is wrong with others', async () => {
    expect(quick('three' as never).call()).toBeUndefined()
    const { call, ended, add, predict } = quick(floats([1, 2], [1, 2]))
    await expect(call()).rejects.toMatchObject({ code: 'INPUT_SHAPE' })
    expect(ended).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'INPUT_SHAPE' }))
    expect(add.mock.calls).toEqual([[1], [-1]])
    expect(predict).not.toHaveBeenCalled()
  })

  test('is made again from the inputs as they were where its worker died', async () => {
    const x = floats(row(3), [1, 4])
    const { call, ended, add, predict } = quick(x)
    predict.mockImplementation(({ inputs }) => runtime.predict('tiny', { inputs, now: 0 }))
    const made = call()
    ;(x.data as Float32Array).fill(0)
    die(new HomingError('WORKER_LOST', 'It was killed.'))
    expectRow(await made!, 3)
    expect(predict).toHaveBeenCalledOnce()
    expect(ended).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'WORKER_LOST' }))
    expect(add.mock.calls).toEqual([[1], [-1]])
  })
})

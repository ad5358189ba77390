import { HomingError } from '@homing/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { callWatch } from './call-watch.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const forever = (): Promise<never> => new Promise(() => undefined)

test('a call that takes long is told of again and again, one that ends is not', async () => {
  const late: string[] = []
  const watch = callWatch(1_000, (engine) => late.push(engine))
  expect(await watch.during('onnx', 'digits', Promise.resolve(7))).toBe(7)
  await vi.advanceTimersByTimeAsync(5_000)
  expect(late).toEqual([])
  void watch.during('tfjs', 'digits', forever())
  void watch.during('tfjs', 'iris', forever())
  await vi.advanceTimersByTimeAsync(2_500)
  expect(late).toEqual(['tfjs', 'tfjs'])
})

test('the models that a death caught are told once', async () => {
  const watch = callWatch(1_000, () => undefined)
  const lost = new HomingError('WORKER_LOST', 'dead')
  await expect(watch.during('onnx', 'digits', Promise.reject(lost))).rejects.toBe(lost)
  await expect(watch.during('onnx', 'iris', Promise.reject(new Error('else')))).rejects.toThrow('else')
  void watch.during('onnx', 'topic', forever())
  void watch.during('tfjs', 'other', forever())
  expect(watch.takeSuspects('onnx')).toEqual(['digits', 'topic'])
  expect(watch.takeSuspects('tfjs')).toEqual(['other'])
})

import { expect, test } from 'vitest'

import { sharedWait } from './shared-wait.ts'

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))))

test('the operation begins once for several callers', async () => {
  let begun = 0
  const shared = sharedWait(() => {
    begun++
    return Promise.resolve()
  })
  await Promise.all([shared.wait(), shared.wait()])
  await shared.wait()
  expect(begun).toBe(1)
  expect(shared.abandoned).toBe(false)
})

test('a caller that aborts leaves the others waiting', async () => {
  let finish!: () => void
  const shared = sharedWait(() => new Promise((resolve) => (finish = resolve)))
  const controller = new AbortController()
  const leaving = shared.wait(controller.signal)
  const staying = shared.wait()
  controller.abort()
  await expect(leaving).rejects.toMatchObject({ code: 'ABORTED' })
  expect(shared.abandoned).toBe(false)
  finish()
  await staying
})

test('the operation is aborted when the last caller leaves', async () => {
  const shared = sharedWait(untilAborted)
  const controllers = [new AbortController(), new AbortController()]
  const waits = controllers.map(({ signal }) => shared.wait(signal))
  for (const controller of controllers) controller.abort()
  for (const wait of waits) await expect(wait).rejects.toMatchObject({ code: 'ABORTED' })
  expect(shared.abandoned).toBe(true)
})

test('an aborted signal never begins the operation', async () => {
  const shared = sharedWait(() => Promise.reject(new Error('began')))
  await expect(shared.wait(AbortSignal.abort())).rejects.toMatchObject({ code: 'ABORTED' })
})

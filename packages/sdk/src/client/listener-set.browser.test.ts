import { expect, test } from 'vitest'

import { listenerSet } from './listener-set.ts'

test('a listener gets the present value at once and later ones until the undo', () => {
  const set = listenerSet<number>()
  const seen: number[] = []
  const stop = set.add((value) => seen.push(value), 1)
  set.tell(2)
  stop()
  set.tell(3)
  expect(seen).toEqual([1, 2])
})

test('a listener that throws is reported and breaks nobody', async () => {
  const set = listenerSet<number>()
  const seen: number[] = []
  const reported = new Promise<string>((resolve) =>
    addEventListener(
      'error',
      (event) => {
        event.preventDefault()
        resolve((event.error as Error).message)
      },
      { once: true },
    ),
  )
  set.add(() => {
    throw new Error('mine')
  })
  set.add((value) => seen.push(value))
  set.tell(7)
  expect(seen).toEqual([7])
  expect(await reported).toBe('mine')
})

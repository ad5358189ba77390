import { expect, test } from 'vitest'

import { openModels } from './open-models.ts'

let count = 0
/** Two tabs of one database. */
const twoTabs = () => {
  const name = `open-models-${count++}-${Date.now()}`
  return [openModels(name), openModels(name)] as const
}
const pause = () => new Promise((resolve) => setTimeout(resolve, 50))

test.each([['digits'], [undefined]])('forgetting %s waits until every tab has closed', async (model) => {
  const [one, other] = twoTabs()
  const [first, second] = [await one.hold('digits'), await other.hold('digits')]
  let done = false
  const forgetting = one.whenClosed(model, () => Promise.resolve((done = true)))
  first()
  await pause()
  expect(done).toBe(false)
  second()
  await forgetting
  expect(done).toBe(true)
})

test('who opens a model that is being forgotten waits for the end of it', async () => {
  const [one, other] = twoTabs()
  const steps: string[] = []
  const forgetting = one.whenClosed(undefined, async () => {
    await pause()
    steps.push('forgotten')
  })
  await pause()
  const release = await other.hold('digits')
  steps.push('open')
  await forgetting
  release()
  expect(steps).toEqual(['forgotten', 'open'])
})

test('another model does not keep one from being forgotten, nor a failure the next', async () => {
  const [one, other] = twoTabs()
  const release = await other.hold('wine')
  await expect(one.whenClosed('digits', () => Promise.reject(new Error('disk')))).rejects.toThrow('disk')
  expect(await one.whenClosed('digits', () => Promise.resolve(7))).toBe(7)
  release()
})

test('a tab that hangs is not waited for', async () => {
  const [one, other] = twoTabs()
  const release = await other.hold('digits')
  expect(await one.whenClosed('digits', () => Promise.resolve(7))).toBe(7)
  release()
}, 15_000)

import type { Page, Worker } from '@playwright/test'

import { expect, test } from './fixtures/test.ts'

/** The worker whose script's name holds `part`. */
function workerOf(page: Page, part: RegExp): Worker {
  const found = page.workers().find((worker) => part.test(worker.url()))
  if (!found)
    throw new Error(
      `No worker like ${String(part)} among ${page
        .workers()
        .map((worker) => worker.url())
        .join(', ')}`,
    )
  return found
}

const calls = 50

for (const [name, script] of [
  ['engine', /onnx/],
  ['host', /host/],
] as const) {
  test(`the ${name} worker dies under ${calls} predictions: none is lost, and it lives again`, async ({
    demo,
  }) => {
    await demo.open()
    await demo.write('3')
    const answers = demo.page.evaluate((calls) => {
      const model = globalThis.homingDemo.models.get('digits')
      const canvas = document.querySelector('canvas')
      if (!model || !canvas) throw new Error('The page is not ready')
      const predict = () => model.predict({ image: canvas }).then(({ label }) => label ?? '')
      return Promise.all(Array.from({ length: calls }, predict))
    }, calls)
    // A worker that ends itself tells nobody: no event reaches the page.
    await workerOf(demo.page, script).evaluate(() => {
      self.close()
    })
    expect(await answers).toEqual(Array.from({ length: calls }, () => '3'))

    await demo.write('7')
    await demo.serving('digits', '1.1.0')
  })
}

test('a transferred input of a call whose worker dies is told as lost, and can be tried again', async ({
  demo,
}) => {
  await demo.open()
  const code = demo.page.evaluate(async () => {
    const model = globalThis.homingDemo.models.get('digits')
    const input = model?.signature.inputs[0]
    if (!model || !input) throw new Error('The page is not ready')
    const shape = input.shape.map((size) => (typeof size === 'number' ? size : 1))
    const data = () => new Float32Array(shape.reduce((product, size) => product * size, 1))
    const call = () =>
      model.predict({ [input.name]: { dtype: 'float32', shape, data: data() } }, { transfer: true }).then(
        () => 'answered',
        (error: unknown) => {
          const { code, retryable } = error as { code: string; retryable: boolean }
          return `${code} ${retryable}`
        },
      )
    const others = new Set<string>()
    // Calls are in flight until the death below meets some of them.
    while (others.size === 0) {
      for (const code of await Promise.all(Array.from({ length: 50 }, call))) {
        if (code !== 'answered') others.add(code)
      }
    }
    return [...others]
  })
  await workerOf(demo.page, /onnx/).evaluate(() => {
    self.close()
  })
  expect(await code).toEqual(['WORKER_LOST true'])
  await demo.write('0')
})

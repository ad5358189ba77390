import { expect, test } from './fixtures/test.ts'

test.use({ serviceWorkers: 'allow' })

test('a second visit with no network and no server serves from the device', async ({
  demo,
  server,
  context,
}) => {
  await demo.open()
  await demo.serving('wine')
  // The engine's files pass the service worker, which keeps them; wait until it has.
  await demo.page.evaluate(async () => {
    await navigator.serviceWorker.ready
    while ((await (await caches.open('homing-demo-shell')).keys()).length < 5) {
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  })
  await server.stop()
  await context.setOffline(true)
  await demo.page.reload()

  await expect(demo.page.getByTestId('network')).toContainText('offline')
  await demo.serving('digits', '1.1.0')
  await demo.serving('wine')
  await expect(demo.card('digits').getByTestId('facts')).toContainText('IndexedDB')
  await demo.write('9')
})

test.describe('the repository alone is gone', () => {
  test.use({ serviceWorkers: 'block' })

  test('a second visit asks for no file of a model', async ({ faultyDemo: demo, faulty }) => {
    await demo.open()
    await demo.serving('wine')
    const before = faulty.asked.length
    faulty.break(/^\/repository\//, { kind: 'cut' })
    await demo.page.reload()
    await demo.serving('digits', '1.1.0')
    await demo.write('4')
    const files = faulty.asked.slice(before).filter((path) => /^\/repository\/(blobs|models)\//.test(path))
    expect(files).toEqual([])
  })
})

import type { Page } from '@playwright/test'

import { crashPage as web } from './fixtures/build-crash-page.ts'
import { crashVisit, installFirst } from './fixtures/crash-visit.ts'
import { type Device, makeDevice } from './fixtures/device.ts'
import { startProxy } from './fixtures/faulty-proxy.ts'
import { expect, test } from './fixtures/test.ts'

test.use({ web })

/** Who dies in the middle of an update, at which of its points. What is on the disk changes with commits alone. */
const deaths: readonly { name: string; at: RegExp; kill: (device: Device, page: Page) => Promise<void> }[] = [
  {
    name: 'a host worker that ends',
    at: /-uncommitted|-fetched|version-/,
    kill: async (_, page) => {
      await page.evaluate(() => crashPage.killHost())
      await page.close()
    },
  },
  { name: 'a tab that is closed', at: /-committed|-fetched/, kill: (_, page) => page.close() },
  { name: 'a tab that crashes', at: /-uncommitted|version-/, kill: (device, page) => device.crash(page) },
  { name: 'a browser that is killed', at: /-uncommitted|version-/, kill: (device) => device.kill() },
]

/** Every point that an update from 1.0.0 passes, in order, and the answers of both versions. */
async function rehearse(device: Device, origin: string) {
  const page = await device.visit(origin)
  const before = await installFirst(page)
  await page.reload()
  const visit = await crashVisit(page)
  expect(await visit.update()).toBe('1.1.0')
  const points = await page.evaluate(() => crashPage.passed.map(({ point, time }) => ({ point, time })))
  const after = await visit.answer()
  expect(after).not.toBe(before)
  await page.close()
  return { before, after, points }
}

for (const { name, at, kill } of deaths) {
  test(`${name} at any step of an update: the next start serves a whole version, and finishes the update`, async ({
    server,
    launchOptions,
  }) => {
    test.setTimeout(300_000)
    const device = await makeDevice(launchOptions)
    const rehearsal = await startProxy(server.origin)
    const { before, after, points } = await rehearse(device, rehearsal.origin)
    await rehearsal.close()
    const last = points.findLast(({ point }) => point.startsWith('metadata-'))?.time
    const met = points.filter(
      ({ point, time }) => at.test(point) && (!point.startsWith('metadata-') || time === 1 || time === last),
    )
    expect(met.length, 'points of an update').toBeGreaterThan(10)

    let struck = 0
    for (const { point, time } of met) {
      await test.step(`${point}, time ${time}`, async () => {
        const proxy = await startProxy(server.origin) // an origin of its own, hence a device that knows nothing
        const page = await device.visit(proxy.origin)
        expect(await installFirst(page)).toBe(before)
        // Metadata is written, and patches are taken, as the server has just made them: not every update passes every point.
        if (await (await crashVisit(page)).updateUntil(point, time)) struck++
        await kill(device, page)

        proxy.break(/^\/repository\//, { kind: 'cut' })
        const next = await crashVisit(await device.visit(proxy.origin))
        await next.open()
        expect([before, after], `after ${point}, time ${time}`).toContain(await next.answer())
        await next.closeClient()

        proxy.mend()
        expect(await next.update(), `after ${point}, time ${time}`).toBe('1.1.0')
        expect(await next.answer()).toBe(after)
        await next.page.close()
        await proxy.close()
      })
    }
    expect(struck, 'deaths at a point').toBeGreaterThan(5)
    await device.discard()
  })
}

test('a browser that is killed at any step of a first visit: the next start finishes it', async ({
  server,
  launchOptions,
}) => {
  test.setTimeout(300_000)
  const device = await makeDevice(launchOptions)
  const rehearsal = await startProxy(server.origin)
  const visit = await crashVisit(await device.visit(rehearsal.origin))
  expect(await visit.open()).toBe('1.1.0')
  const points = await visit.page.evaluate(() => crashPage.passed.map(({ point, time }) => ({ point, time })))
  const answer = await visit.answer()
  await visit.page.close()
  await rehearsal.close()
  const met = points.filter(({ point }) => /^(piece|blob|record|manifest)-uncommitted$/.test(point))
  expect(met.map(({ point }) => point)).toEqual(
    expect.arrayContaining(['manifest-uncommitted', 'record-uncommitted', 'blob-uncommitted']),
  )
  let struck = 0

  for (const { point, time } of met) {
    await test.step(`${point}, time ${time}`, async () => {
      const proxy = await startProxy(server.origin)
      const dying = await crashVisit(await device.visit(proxy.origin))
      // How many pieces a file comes in is the network's affair: not every visit passes every point.
      if (await dying.openUntil(point, time)) struck++
      await device.kill()
      const next = await crashVisit(await device.visit(proxy.origin))
      expect(await next.open(), `after ${point}, time ${time}`).toBe('1.1.0')
      expect(await next.answer()).toBe(answer)
      await next.page.close()
      await proxy.close()
    })
  }
  expect(struck, 'deaths at a point').toBeGreaterThan(5)
  await device.discard()
})

import { crashPage as web } from './fixtures/build-crash-page.ts'
import { crashVisit, installFirst } from './fixtures/crash-visit.ts'
import { makeDevice } from './fixtures/device.ts'
import { startProxy } from './fixtures/faulty-proxy.ts'
import { spoilRecords, tablesOf } from './fixtures/spoil-records.ts'
import { expect, test } from './fixtures/test.ts'

test.use({ web })

/** Fixed text as a pattern. */
const exactly = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll(/[.?+*()[\]{}^$|\\]/g, String.raw`\$&`)}$`)

test('one bit that changes on the way, of any file of a version, is noticed and never runs', async ({
  launchOptions,
  server,
}) => {
  test.setTimeout(240_000)
  const device = await makeDevice(launchOptions)
  const rehearsal = await startProxy(server.origin)
  const sample = await device.visit(rehearsal.origin)
  const visit = await crashVisit(sample)
  expect(await visit.update()).toBe('1.1.0')
  const after = await visit.answer()
  const asked = [...new Set(rehearsal.asked)].filter((path) => path.startsWith('/repository/'))
  await sample.close()
  await rehearsal.close()
  expect(asked.length, 'metadata, rollout, manifest, blobs').toBeGreaterThan(5)

  for (const path of asked) {
    await test.step(path, async () => {
      const proxy = await startProxy(server.origin)
      const page = await device.visit(proxy.origin)
      proxy.break(exactly(path), { kind: 'alter' })
      const visit = await crashVisit(page)
      const opened = await visit.open().catch(() => undefined)
      if (opened !== undefined) expect(await visit.answer(), path).toBe(after)
      await visit.closeClient()
      proxy.mend()
      expect(await visit.update(), path).toBe('1.1.0')
      expect(await visit.answer()).toBe(after)
      await page.close()
      await proxy.close()
    })
  }
  await device.discard()
})

test('records that changed on the disk, of any table, are noticed and never run', async ({
  launchOptions,
  server,
}) => {
  test.setTimeout(240_000)
  const device = await makeDevice(launchOptions)
  const tables: string[] = []
  let spoiled = 0
  for (let index = 0; index === 0 || index < tables.length; index++) {
    const proxy = await startProxy(server.origin)
    const page = await device.visit(proxy.origin)
    const before = await installFirst(page)
    const visit = await crashVisit(page)
    expect(await visit.update()).toBe('1.1.0')
    const after = await visit.answer()
    await visit.closeClient()
    if (index === 0) tables.push(...(await tablesOf(page)))
    const table = tables[index]!
    spoiled += (await spoilRecords(page, table)) > 0 ? 1 : 0

    await test.step(table, async () => {
      await page.reload()
      proxy.break(/^\/repository\//, { kind: 'cut' })
      const opened = await visit.open().catch(() => undefined)
      if (opened !== undefined) expect([before, after], table).toContain(await visit.answer())
      await visit.closeClient()

      proxy.mend()
      expect(await visit.update(), table).toBe('1.1.0')
      expect(await visit.answer(), table).toBe(after)
    })
    await page.close()
    await proxy.close()
  }
  await device.discard()
  expect(spoiled, 'tables with records').toBeGreaterThan(3)
})

import { crashPage as web } from './fixtures/build-crash-page.ts'
import { crashVisit, installFirst } from './fixtures/crash-visit.ts'
import { expect, test } from './fixtures/test.ts'

test.use({ web })

const blob = /^\/repository\/blobs\//

test('three tabs that open a model together fetch each of its files once', async ({ context, faulty }) => {
  const visits = await Promise.all(
    [1, 2, 3].map(async () => {
      const page = await context.newPage()
      await page.goto(faulty.origin)
      return crashVisit(page)
    }),
  )
  expect(await Promise.all(visits.map((visit) => visit.open()))).toEqual(['1.1.0', '1.1.0', '1.1.0'])
  const [answer, ...others] = await Promise.all(visits.map((visit) => visit.answer()))
  for (const other of others) expect(other).toBe(answer)
  const fetched = faulty.asked.filter((path) => blob.test(path))
  expect(fetched.length).toBeGreaterThan(1)
  expect(new Set(fetched).size, 'no file twice').toBe(fetched.length)
})

for (const [how, point] of [
  ['dies with a file fetched and not stored', 'blob-fetched'],
  ['dies while it stores a file', 'blob-uncommitted'],
  ['dies with everything there and nothing activated', 'version-loaded'],
] as const) {
  test(`the elected tab ${how}: another one takes over by itself`, async ({ context, faulty }) => {
    const elected = await context.newPage()
    await elected.goto(faulty.origin)
    await installFirst(elected)
    const other = await context.newPage()
    await other.goto(faulty.origin)
    const follower = await crashVisit(other)
    expect(await follower.open()).toBe('1.0.0')

    const before = faulty.asked.length
    // Its first such point is that of the version on the device, where it is one of loading.
    await (await crashVisit(elected)).updateUntil(point, point === 'version-loaded' ? 2 : 1)
    await elected.close()
    await expect
      .poll(() => other.evaluate(() => crashPage.status().version), { message: 'without a look of its own' })
      .toBe('1.1.0')
    expect(JSON.parse(await follower.answer())).toMatchObject({ version: '1.1.0' })
    const fetched = faulty.asked.slice(before).filter((path) => blob.test(path))
    // What was on its way when the tab died, several files at a time, is fetched again, and what was stored is not.
    const mostTimes = Math.max(
      ...[...new Set(fetched)].map((path) => fetched.filter((other) => other === path).length),
    )
    expect(mostTimes).toBe(point === 'version-loaded' ? 1 : 2)
  })
}

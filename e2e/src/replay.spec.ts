import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import type { Page } from '@playwright/test'

import type {} from './crash-page/main.ts'
import { crashPage as web } from './fixtures/build-crash-page.ts'
import { keys, packed } from './fixtures/places.ts'
import { homing } from './fixtures/run-cli.ts'
import { expect, test } from './fixtures/test.ts'

test.use({ web })

/** Opens the page, whose app consents to keeping inputs, and its model. */
async function visit(page: Page, origin: string): Promise<void> {
  await page.goto(origin)
  const root = await readFile(join(keys, 'root.json'), 'utf8')
  await page.evaluate((root) => crashPage.start(root, undefined, { blackBox: { inputs: 'all' } }), root)
  await page.evaluate(() => crashPage.open())
}

test('a report of a browser, with a call of a page that is gone, is replayed in Node by the published package', async ({
  context,
  page,
  server,
}, testInfo) => {
  const gone = await context.newPage()
  await visit(gone, server.origin)
  await gone.evaluate(() => crashPage.answer())
  await visit(page, server.origin)
  const reported = () => page.evaluate(async () => (await crashPage.report()).calls.length)
  await expect.poll(reported).toBe(1) // it is kept a moment later
  await gone.close()
  await page.evaluate(() => crashPage.answer())
  const report = await page.evaluate(() => crashPage.report())
  const [before, now] = report.calls
  expect(report.calls).toHaveLength(2)
  expect(before?.id).not.toBe(now?.id)
  expect(before?.manifest).toBe(report.models[0]?.['manifest'])

  const path = testInfo.outputPath('report.json')
  await writeFile(path, JSON.stringify(report))
  const answer = await homing('replay', path, '--packages', packed, '--json')
  const { calls } = JSON.parse(answer) as { calls: { verdict: string; model: string }[] }
  expect(calls).toMatchObject([
    { model: 'digits-tfjs', verdict: 'agrees' },
    { model: 'digits-tfjs', verdict: 'agrees' },
  ])
})

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { chromium } from '@playwright/test'

import { DemoPage } from './fixtures/demo-page.ts'
import { workFolder } from './fixtures/places.ts'
import { expect, test } from './fixtures/test.ts'
import { watchContext } from './fixtures/watch-context.ts'

test('with no room left the model runs from memory and says so', async ({ demo, context }) => {
  const devtools = await context.newCDPSession(demo.page)
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: demo.origin, quotaSize: 2_000 })
  await demo.open()
  const facts = demo.card('digits').getByTestId('facts')
  await expect(facts).toContainText('memory')
  await expect(facts).toContainText(/STORE_FULL|room|quota/i)
  await demo.write('3')

  // With room again, the next visit keeps it.
  await devtools.send('Storage.overrideQuotaForOrigin', { origin: demo.origin })
  await demo.page.reload()
  await demo.serving('digits')
  await expect(facts).toContainText('IndexedDB')
})

test('where the browser refuses storage the model runs from memory and says so', async ({
  server,
  launchOptions,
}) => {
  const profile = await mkdtemp(join(workFolder, 'profile-'))
  await mkdir(join(profile, 'Default'), { recursive: true })
  // What a user sets with "Block all site data": IndexedDB, localStorage, locks and service workers all throw.
  const blocked = { profile: { default_content_setting_values: { cookies: 2 } } }
  await writeFile(join(profile, 'Default/Preferences'), JSON.stringify(blocked))
  const context = await chromium.launchPersistentContext(profile, launchOptions)
  const check = watchContext(context)
  try {
    const page = context.pages()[0] ?? (await context.newPage())
    const demo = new DemoPage(page, server.origin)
    await demo.open()
    const refused = await page.evaluate(() => {
      try {
        return localStorage.length < 0
      } catch {
        return true
      }
    })
    expect(refused, 'the browser blocks storage').toBe(true)
    await expect(demo.card('digits').getByTestId('facts')).toContainText('memory')
    await demo.write('5')
    check()
  } finally {
    await context.close()
    await rm(profile, { recursive: true, force: true })
  }
})

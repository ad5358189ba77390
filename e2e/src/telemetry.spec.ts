import { cp, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'

import type { BrowserContext, Page } from '@playwright/test'

import { type HomingServer, startServer } from './fixtures/homing-server.ts'
import { adminToken, demo as demoFolder, workFolder } from './fixtures/places.ts'
import { templates } from './fixtures/publish-once.ts'
import { DemoPage } from './fixtures/demo-page.ts'
import { expect, test } from './fixtures/test.ts'

const admin = { authorization: `Bearer ${adminToken}` }

/** A server that shows figures of single devices, as in development, and a key for its demo. */
async function withMeasuredServer(use: (server: HomingServer, key: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(workFolder, 'data-'))
  await cp(templates.latest, folder, { recursive: true })
  const server = await startServer(folder, demoFolder, { HOMING_COHORT: '1' })
  try {
    const made = await fetch(`${server.origin}/v1/apps`, {
      method: 'POST',
      headers: { ...admin, 'content-type': 'application/json' },
      body: JSON.stringify({ app: 'demo', origins: [server.origin] }),
    })
    await use(server, ((await made.json()) as { key: string }).key)
  } finally {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function openDemo(page: Page, server: HomingServer, key: string): Promise<DemoPage> {
  await page.addInitScript(countCalls)
  const demo = new DemoPage(page, server.origin)
  await demo.visit(`?app-key=${key}`)
  await demo.serving('digits')
  await demo.serving('wine')
  return demo
}

declare global {
  /** Predictions that the page was answered, by model, as its measures tell once it is idle. */
  var answeredCalls: Record<string, number>
}

/** Counts measures from the start: the page takes them away again. */
function countCalls(): void {
  globalThis.answeredCalls = {}
  new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByName('homing:predict')) {
      const { model } = (entry as PerformanceMeasure).detail as { model: string }
      globalThis.answeredCalls[model] = (globalThis.answeredCalls[model] ?? 0) + 1
    }
  }).observe({ type: 'measure' })
}

/** Predictions that the page was answered, by one model or all. */
const answered = (page: Page, model?: string): Promise<number> =>
  page.evaluate((model) => {
    const counts = Object.entries(globalThis.answeredCalls)
    return counts.reduce((sum, [name, count]) => (!model || name === model ? sum + count : sum), 0)
  }, model)

/** Makes predictions with the digits, and gives how many the page has made in all. */
const predict = async (page: Page, times: number): Promise<number> => {
  const before = await answered(page, 'digits')
  await page.evaluate(async (times) => {
    const canvas = document.querySelector('canvas')!
    const model = globalThis.homingDemo.models.get('digits')!
    for (let call = 0; call < times; call++) await model.predict({ image: canvas })
  }, times)
  await expect.poll(() => answered(page, 'digits')).toBeGreaterThanOrEqual(before + times)
  return answered(page)
}

/** Until all that the page was answered is in the outbox, which a status waits for, and is saved there. */
const persisted = async (page: Page): Promise<void> => {
  await page.evaluate(() => globalThis.homingDemo.homing.telemetry.status())
  await page.evaluate(() => globalThis.homingDemo.homing.telemetry.preview())
}

interface Figure {
  readonly model: string
  readonly body: { readonly counts: { readonly predictions?: number } }
}

async function inRollups({ origin }: HomingServer): Promise<number> {
  const response = await fetch(`${origin}/v1/telemetry/rollups`, { headers: admin })
  const { figures } = (await response.json()) as { figures: Figure[] }
  return figures.reduce((sum, { body }) => sum + (body.counts.predictions ?? 0), 0)
}

test('predictions on the demo arrive in the rollups, with the right counts', async ({ page }) => {
  await withMeasuredServer(async (server, key) => {
    const demo = await openDemo(page, server, key)
    await demo.write('3')
    await predict(page, 7)
    const made = await predict(page, 1)
    await expect.poll(() => inRollups(server), { timeout: 30_000 }).toBe(made)
    const figures = await fetch(`${server.origin}/v1/telemetry/rollups`, { headers: admin })
    const text = await figures.text()
    for (const told of ['"digits"', '"wine"', '"1.1.0"']) expect(text).toContain(told)
  })
})

test('offline for a while, a tab killed, several tabs: each prediction is counted exactly once', async ({
  context,
}: {
  context: BrowserContext
}) => {
  await withMeasuredServer(async (server, key) => {
    const pages = [await context.newPage(), await context.newPage()]
    for (const page of pages) {
      await openDemo(page, server, key)
      await predict(page, 1) // what tells is loaded before the network goes
    }
    await context.setOffline(true)
    const made = await Promise.all(pages.map((page, index) => predict(page, 5 + index)))
    for (const page of pages) await persisted(page)
    await pages[0]!.close({ runBeforeUnload: false })
    await context.setOffline(false)
    const later = await context.newPage()
    await openDemo(later, server, key)
    const more = await predict(later, 2)
    const all = made[0]! + (await answered(pages[1]!)) + more
    await expect.poll(() => inRollups(server), { timeout: 45_000 }).toBe(all)
  })
})

test('the demo shows what would be sent, and stops it', async ({ page }) => {
  await withMeasuredServer(async (server, key) => {
    const demo = await openDemo(page, server, key)
    await predict(page, 1) // what tells is loaded before the network goes
    await context(page).setOffline(true)
    await predict(page, 2)
    await demo.page.getByTestId('telemetry-look').click()
    await expect(page.getByTestId('telemetry-summary')).toContainText('by digits')
    await expect(page.getByTestId('telemetry-json')).toContainText('"predictions"')
    await page.getByLabel('Nothing', { exact: true }).check({ force: true })
    await expect(page.getByTestId('telemetry-summary')).toContainText('erased')
    await expect(page.getByTestId('telemetry-json')).toBeHidden()
    await context(page).setOffline(false)
  })
})

const context = (page: Page): BrowserContext => page.context()

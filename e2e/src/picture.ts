import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { chromium } from '@playwright/test'

import config from '../playwright.config.ts'
import { DemoPage } from './fixtures/demo-page.ts'
import { startServer } from './fixtures/homing-server.ts'
import { root } from './fixtures/places.ts'
import { packModels, publishModels } from './fixtures/publish-models.ts'

// `pnpm --filter @homing/e2e picture`: the root README's pictures, taken of the real demo on the real server.

const folder = join(root, 'docs/images')
const viewport = { width: 1280, height: 1240 }

const data = await mkdtemp(join(tmpdir(), 'homing-picture-'))
const server = await startServer(data)
const launchOptions = config.projects?.find(({ name }) => name === 'chromium')?.use?.launchOptions ?? {}
const browser = await chromium.launch(launchOptions)
try {
  await packModels()
  await publishModels(server.origin, '1.0.0')
  await publishModels(server.origin, '1.1.0')
  await mkdir(folder, { recursive: true })
  for (const colorScheme of ['light', 'dark'] as const) {
    const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' })
    const demo = new DemoPage(await context.newPage(), server.origin)
    await demo.open()
    await demo.serving('wine')
    await demo.write('2')
    await demo.page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur())
    await demo.page.evaluate(() => scrollTo(0, 0))
    await demo.page.screenshot({ path: join(folder, `demo-${colorScheme}.png`) })
    await context.close()
  }
} finally {
  await browser.close()
  await server.stop()
  await rm(data, { recursive: true, force: true })
}

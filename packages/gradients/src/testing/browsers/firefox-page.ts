import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

import { serveFolder } from '@homing/testkit'
import puppeteer, { type Page } from 'puppeteer-core'

import { addEngine } from './open-in-page.ts'

/** A page in a headless Firefox in which models can be opened. */
export interface FirefoxPage {
  readonly page: Page
  close(): Promise<void>
}

const startTimeout = 60_000

/** Starts the Firefox at `executablePath`. */
export async function openFirefoxPage(executablePath: string): Promise<FirefoxPage> {
  const files = dirname(fileURLToPath(import.meta.resolve('onnxruntime-web/wasm')))
  const server = await serveFolder(files, {})
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    timeout: startTimeout,
    extraPrefsFirefox: { 'dom.webgpu.enabled': true, 'gfx.webgpu.ignore-blocklist': true },
  })
  const page = await browser.newPage()
  await page.goto(`${server.url}ort.wasm.min.mjs`) // any file gives the page its origin
  await addEngine(page)
  return {
    page,
    async close() {
      await browser.close()
      await server.close()
    },
  }
}

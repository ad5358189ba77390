import { fileURLToPath } from 'node:url'

import { type ModelProto, writeModel } from '@homing/onnx'
import type { Page } from 'puppeteer-core'

import type { Numbers, OpenModel } from '../run-model.ts'

/** What `in-page.mjs` puts into the page. Typed arrays do not survive the way there. */
interface PageEngine {
  hasWebGpu(): Promise<boolean>
  webGpuFeatures(): Promise<string[]>
  open(backend: 'wasm' | 'webgpu', model: string): Promise<void>
  run(feeds: readonly PlainTensor[]): Promise<{ name: string; data: number[] }[]>
  close(): Promise<void>
}

interface PlainTensor {
  readonly name: string
  readonly dtype: 'int32' | 'float32'
  readonly shape: readonly number[]
  readonly data: readonly number[]
}

declare global {
  var engine: PageEngine
}

/** Lets models be opened in a page whose origin serves the files of onnxruntime-web. */
export async function addEngine(page: Page): Promise<void> {
  const path = fileURLToPath(new URL('in-page.mjs', import.meta.url))
  await page.addScriptTag({ path, type: 'module' })
  await page.waitForFunction(() => 'engine' in globalThis)
}

/** Opens a model on plain onnxruntime-web in a page that has the engine. One at a time. */
export async function openInPage(
  page: Page,
  backend: 'wasm' | 'webgpu',
  model: ModelProto,
): Promise<OpenModel> {
  const bytes = Buffer.from(writeModel(model)).toString('base64')
  await page.evaluate((backend, bytes) => globalThis.engine.open(backend, bytes), backend, bytes)
  return {
    async run(feeds) {
      const tensors = Object.entries(feeds).map(([name, value]) => plainTensor(name, value))
      const outputs = await page.evaluate((tensors) => globalThis.engine.run(tensors), tensors)
      return Object.fromEntries(outputs.map(({ name, data }) => [name, Float32Array.from(data)]))
    },
    close: () => page.evaluate(() => globalThis.engine.close()),
  }
}

function plainTensor(name: string, { shape, data }: Numbers): PlainTensor {
  return { name, dtype: data instanceof Int32Array ? 'int32' : 'float32', shape, data: [...data] }
}

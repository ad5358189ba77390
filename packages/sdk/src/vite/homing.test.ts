import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { type FolderServer, serveFolder, tufRepository } from '@homing/testkit'
import { type Browser, chromium, type Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { build, createServer, defaultClientConditions, type InlineConfig, type ViteDevServer } from 'vite'

import { browserFlags, findBrowser } from '../../../../scripts/browser.mjs'
import type { LoadedFacts } from '../runtime/runtime-api.ts'
import { homing } from './homing.ts'

const root = fileURLToPath(new URL('../../test/vite-app', import.meta.url))
const versions = 'ort-1.30.0_tfjs-4.22.0'

/** What a careful app sends with its page and its scripts. */
const strict = {
  'Content-Security-Policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'",
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
}

/** The plugin, on the workspace's sources. */
const config = (isolate: boolean, cacheDir: string): InlineConfig => ({
  root,
  cacheDir,
  configFile: false,
  logLevel: 'error',
  plugins: [homing({ isolate, root: trusted })],
  resolve: { conditions: ['@homing/source', ...defaultClientConditions] },
})

let folder: string
let trusted: string
const [trustedRoot] = tufRepository().roots
let browser: Browser
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homing-vite-'))
  trusted = join(folder, 'root.json')
  await writeFile(trusted, trustedRoot!)
  browser = await launch(['--enable-unsafe-webgpu'])
})
afterAll(async () => {
  await browser.close()
  await rm(folder, { recursive: true })
})

describe('a build with the plugin', () => {
  let server: FolderServer
  let outDir: string
  beforeAll(async () => {
    outDir = join(folder, 'dist')
    await build({ ...config(false, join(folder, 'cache')), build: { outDir } })
    server = await serveFolder(outDir, strict)
  })
  afterAll(() => server.close())

  it('has each engine file once, under the versions', async () => {
    const paths = (await readdir(outDir, { recursive: true }))
      .filter((path) => /\.(wasm|mjs)$/.test(path))
      .sort()
    expect(paths).toEqual(
      [
        'ort-wasm-simd-threaded.asyncify.mjs',
        'ort-wasm-simd-threaded.asyncify.wasm',
        'ort-wasm-simd-threaded.mjs',
        'ort-wasm-simd-threaded.wasm',
        'tfjs-backend-wasm-simd.wasm',
        'tfjs-backend-wasm.wasm',
      ].map((name) => join('homing', versions, name)),
    )
    expect((await stat(join(outDir, paths[3]!))).size).toBeGreaterThan(10_000_000)
  })

  it('keeps the engines out of the page', async () => {
    const page = await open(browser, server.url)
    expect(server.requested.filter((path) => path.endsWith('.js'))).toHaveLength(1)
    await page.close()
  })

  it('embeds the trusted root', async () => {
    const page = await open(browser, server.url)
    expect(await page.evaluate(() => Reflect.get(globalThis, 'root') as string)).toBe(
      new TextDecoder().decode(trustedRoot),
    )
    await page.close()
  })

  it('falls to the next backend, with the reason, where WebGPU has no adapter', async () => {
    const plain = await launch([])
    try {
      const page = await open(plain, server.url)
      expect(await page.evaluate(() => 'gpu' in navigator)).toBe(true)
      const onnx = await runIn(page, 'onnx', ['webgpu', 'wasm'])
      const tfjs = await runIn(page, 'tfjs', ['webgpu', 'webgl', 'wasm', 'cpu'])
      const noAdapter = {
        backend: 'webgpu',
        stage: 'start',
        code: 'BACKEND_UNAVAILABLE',
        reason: expect.stringContaining('no adapter'),
      }
      expect(onnx.facts).toMatchObject({ backend: 'wasm', fallbacks: [noAdapter] })
      expect(tfjs.facts).toMatchObject({ backend: 'webgl', fallbacks: [noAdapter] })
      expect(server.requested.filter((path) => path.includes('asyncify'))).toEqual([]) // nothing fetched in vain
    } finally {
      await plain.close()
    }
  })

  const cases = [
    ['onnx', 'wasm'],
    ['onnx', 'webgpu'],
    ['tfjs', 'webgpu'],
    ['tfjs', 'webgl'],
    ['tfjs', 'wasm'],
    ['tfjs', 'cpu'],
  ] as const
  for (const [engine, backend] of cases) {
    it(`runs ${engine} on ${backend} under a strict policy`, async () => {
      const page = await open(browser, server.url)
      const { facts, reply } = await runIn(page, engine, [backend])
      expect(facts.backend).toBe(backend)
      expect(reply).toEqual([1, 1, 1])
      expect(complaints).toEqual([])
      if (engine === 'onnx' && backend === 'wasm') expect(facts.threads).toBeGreaterThan(1)
      await page.close()
    })
  }
})

describe('a development server with the plugin', () => {
  let server: ViteDevServer
  beforeAll(async () => {
    server = await createServer({
      ...config(true, join(folder, 'dev-cache')),
      server: { port: 0, host: '127.0.0.1' },
    })
    await server.listen()
  })
  afterAll(() => server.close())

  it('serves both engines, isolated', async () => {
    const page = await open(browser, server.resolvedUrls!.local[0]!)
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true)
    expect(await page.evaluate(() => Reflect.get(globalThis, 'root') as string)).toBe(
      new TextDecoder().decode(trustedRoot),
    )
    for (const engine of ['onnx', 'tfjs'] as const) {
      const { facts, reply } = await runIn(page, engine, ['wasm'])
      expect(reply).toEqual([1, 1, 1])
      expect(facts.threads > 1).toBe(engine === 'onnx')
      expect(complaints).toEqual([])
    }
    await page.close()
  })
})

function launch(flags: readonly string[]): Promise<Browser> {
  const executablePath = findBrowser()
  return chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [...browserFlags, ...flags],
  })
}

/** Errors of the page that was opened last, its policy's included. */
const complaints: string[] = []

async function open(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage()
  complaints.length = 0
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on(
    'console',
    (message) =>
      void (message.type() === 'error' && complaints.push(`${message.text()} ${message.location().url}`)),
  )
  await page.goto(url)
  await page.waitForFunction(() => 'run' in globalThis)
  return page
}

type Run = (
  engine: string,
  backends: readonly string[],
) => Promise<{
  facts: LoadedFacts
  reply: { outputs: { y: { data: Float32Array } } }
}>

function runIn(
  page: Page,
  engine: string,
  backends: readonly string[],
): Promise<{ facts: LoadedFacts; reply: number[] }> {
  return page.evaluate(
    async ({ engine, backends }) => {
      const { run } = globalThis as unknown as { run: Run }
      const { facts, reply } = await run(engine, backends)
      return { facts, reply: [...reply.outputs.y.data] }
    },
    { engine, backends },
  )
}

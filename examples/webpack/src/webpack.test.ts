import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { loadPackage } from '@homing/sdk/node'
import { type FaultyRepository, type FolderServer, serveFolder, startFaultyRepository } from '@homing/testkit'
import { chromium } from 'playwright'
import { afterAll, beforeAll, expect, it } from 'vitest'
import webpack, { type StatsCompilation } from 'webpack'

import { browserFlags, findBrowser } from '../../../scripts/browser.mjs'
import { installApp } from '../test/install-app.ts'
import { publishWine } from '../test/publish-wine.ts'
import config from '../webpack.config.mjs'
import { wine } from './wine.js'

/** The peers of the SDK that the example does without. */
const tensorFlow = [
  'backend-cpu',
  'backend-wasm',
  'backend-webgl',
  'backend-webgpu',
  'converter',
  'core',
  'layers',
].map((name) => `@tensorflow/tfjs-${name}`)

let folder: string
let stats: StatsCompilation
let repository: FaultyRepository
let server: FolderServer

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homing-webpack-'))
  const app = join(folder, 'app')
  await mkdir(app)
  await installApp(app)
  repository = await startFaultyRepository()
  await writeFile(join(app, 'src/homing-root.json'), repository.root)
  stats = await bundle(app)
  await publishWine(repository, join(folder, 'packed'))
  server = await serveFolder(app, {
    'Content-Security-Policy': `default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; connect-src 'self' ${repository.url}`,
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Embedder-Policy': 'require-corp',
  })
}, 300_000)
afterAll(async () => {
  await server.close()
  await repository.close()
  await rm(folder, { recursive: true })
})

it('builds without TensorFlow.js, with a warning for each of its packages', () => {
  expect(stats.errors).toEqual([])
  const missing = stats.warnings!.flatMap(({ message }) => /Can't resolve '([^']+)'/.exec(message)?.[1] ?? [])
  expect(missing.sort()).toEqual(tensorFlow)
})

const devices = [
  ['wasm', '--disable-gpu'],
  ['webgpu', '--enable-unsafe-webgpu'],
] as const
for (const [backend, flag] of devices) {
  it(`predicts on ${backend} what Node predicts, under a strict policy`, async () => {
    const { text, origins, complaints } = await visit(flag)
    expect(complaints).toEqual([])
    const shown = JSON.parse(text) as { value: number; threads: number }
    expect(shown).toMatchObject({ version: '1.0.0', backend })
    expect(shown.value).toBeCloseTo(await valueInNode(), 3)
    if (backend === 'wasm') expect(shown.threads).toBeGreaterThan(1)
    expect(origins).toEqual(new Set([server.url, repository.url]))
  })
}

async function bundle(app: string): Promise<StatsCompilation> {
  const compiler = webpack({ ...config, context: app, output: { path: join(app, 'dist') } })
  const compiled = await promisify(compiler.run.bind(compiler))()
  await promisify(compiler.close.bind(compiler))()
  return compiled!.toJson({ all: false, errors: true, warnings: true })
}

/** Opens the app on a device with `flag`, and waits for what it shows. */
async function visit(flag: string): Promise<{ text: string; origins: Set<string>; complaints: string[] }> {
  const executablePath = findBrowser()
  const browser = await chromium.launch({
    ...(executablePath === undefined ? {} : { executablePath }),
    args: [...browserFlags, flag],
  })
  try {
    const page = await browser.newPage()
    const origins = new Set<string>()
    const complaints: string[] = []
    page.on('request', (request) => void origins.add(`${new URL(request.url()).origin}/`))
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    await page.goto(`${server.url}?model=wine&repository=${encodeURIComponent(repository.url)}`)
    const output = page.locator('output:not(:empty)')
    await output.waitFor()
    return { text: await output.innerText(), origins, complaints }
  } finally {
    await browser.close()
  }
}

async function valueInNode(): Promise<number> {
  const inNode = await loadPackage(join(folder, 'packed'), 'wine', '1.0.0')
  const { value } = await inNode.predict({ wine: [wine] })
  await inNode.release()
  return value!
}

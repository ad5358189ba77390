import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'

import { expect, test } from 'vitest'

import { startedServer, temporaryFolder } from '../../test/fixture.ts'
import { pageHeaders } from './web.ts'

const wasm = Buffer.alloc(4000, 'wasm')

async function serverWithPage() {
  const webFolder = await temporaryFolder()
  await mkdir(join(webFolder, 'assets'))
  await mkdir(join(webFolder, 'homing/ort-1.30.0'), { recursive: true })
  const files = {
    'index.html': '<!doctype html><title>Demo</title>',
    'worker.mjs': 'onmessage = () => {}',
    'assets/page-1a2b3c4d.js': 'export {}',
    'assets/engine-1a2b3c4d.wasm': wasm,
    'homing/ort-1.30.0/ort.wasm': wasm,
    'assets/engine-1a2b3c4d.wasm.br': brotliCompressSync(wasm),
    '.env': 'SECRET=1',
  }
  for (const [name, content] of Object.entries(files)) await writeFile(join(webFolder, name), content)
  return startedServer({ webFolder })
}

test('a page, its workers and its engines come with what they need to run, and nothing more is allowed', async () => {
  const app = await serverWithPage()
  const expected = [
    ['/', 'text/html; charset=utf-8', 'no-cache'],
    ['/index.html', 'text/html; charset=utf-8', 'no-cache'],
    ['/worker.mjs', 'application/javascript; charset=utf-8', 'no-cache'],
    [
      '/assets/page-1a2b3c4d.js',
      'application/javascript; charset=utf-8',
      'public, max-age=31536000, immutable',
    ],
    ['/assets/engine-1a2b3c4d.wasm', 'application/wasm', 'public, max-age=31536000, immutable'],
    ['/homing/ort-1.30.0/ort.wasm', 'application/wasm', 'public, max-age=31536000, immutable'],
  ]
  for (const [url, type, caching] of expected) {
    const answer = await app.inject(url!)
    expect(answer.statusCode, url).toBe(200)
    expect(answer.headers, url).toMatchObject({
      ...pageHeaders,
      'content-type': type,
      'cache-control': caching,
      'x-content-type-options': 'nosniff',
    })
  }
})

test('engines are sent compressed, except in ranges', async () => {
  const app = await serverWithPage()
  const url = '/assets/engine-1a2b3c4d.wasm'
  const whole = await app.inject({ url, headers: { 'accept-encoding': 'br' } })
  expect(whole.headers).toMatchObject({ 'content-encoding': 'br', 'content-type': 'application/wasm' })
  const range = await app.inject({ url, headers: { 'accept-encoding': 'br', range: 'bytes=0-3' } })
  expect(range.statusCode).toBe(206)
  expect(range.body).toBe('wasm')
})

test('the page changes neither API nor repository, and hides what begins with a dot', async () => {
  const app = await serverWithPage()
  expect((await app.inject('/v1/models')).json()).toEqual({ models: [] })
  expect((await app.inject('/v1/nothing')).json().error.code).toBe('REQUEST_INVALID')
  expect((await app.inject('/repository/metadata/1.root.json')).json().error.code).toBe('BLOB_UNKNOWN')
  for (const url of ['/.env', '/assets/', '/assets', '/nothing.js', '/..%2f']) {
    const answer = await app.inject(url)
    expect([403, 404], url).toContain(answer.statusCode)
    expect(answer.json().error.name, url).toBe('HomingError')
  }
  expect((await app.inject({ method: 'POST', url: '/', payload: 'x' })).statusCode).toBe(404)
})

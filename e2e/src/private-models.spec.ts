import { createHmac, randomBytes } from 'node:crypto'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { expect, type Page, test } from '@playwright/test'

import type {} from './crash-page/main.ts'
import { crashPage as built } from './fixtures/build-crash-page.ts'
import { type HomingServer, startServer } from './fixtures/homing-server.ts'
import { keys, workFolder } from './fixtures/places.ts'
import { templates } from './fixtures/publish-once.ts'
import { homing } from './fixtures/run-cli.ts'
import { type SignedCdn, startCdn } from './fixtures/signed-cdn.ts'
import { type ServedApp, serveApp } from './fixtures/serve-app.ts'

const audience = 'https://models.example.org'
const urlSecret = randomBytes(32).toString('hex')
const tokenSecret = randomBytes(32)
const model = 'digits-tfjs'

let folder: string
let server: HomingServer
let cdn: SignedCdn
/** The app is of a third origin. */
let app: ServedApp

test.beforeEach(async () => {
  folder = await mkdtemp(join(workFolder, 'private-'))
  const [data, keySet] = [join(folder, 'data'), join(folder, 'token-keys.json')]
  await cp(templates.latest, data, { recursive: true })
  await writeFile(
    keySet,
    JSON.stringify({ keys: [{ kty: 'oct', alg: 'HS256', k: tokenSecret.toString('base64url') }] }),
  )
  server = await startServer(data, undefined, {
    HOMING_TOKEN_KEYS: keySet,
    HOMING_TOKEN_AUDIENCE: audience,
    HOMING_URL_SECRET: urlSecret,
  })
  await homing('access', model, 'private', '--server', server.origin)
  cdn = await startCdn(join(data, 'repository'), urlSecret)
  app = await serveApp(built)
})
test.afterEach(async () => {
  await app.close()
  await cdn.close()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
})

/** A token as an app's own server makes it (RFC 7519), for who may read this model. */
function tokenFor(name: string): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  const claims = { aud: audience, exp: now + 300, homing: { models: { [name]: now + 86_400 } } }
  const signed = `${encode({ alg: 'HS256' })}.${encode(claims)}`
  return `${signed}.${createHmac('sha256', tokenSecret).update(signed).digest('base64url')}`
}

/** Opens the model by signed addresses of the CDN: the version that serves, or the code of what went wrong. */
async function open(page: Page, repository: string, token: string): Promise<string | undefined> {
  const root = await readFile(join(keys, 'root.json'), 'utf8')
  await page.goto(app.url)
  return page.evaluate(
    async ([root, repository, server, token]) => {
      crashPage.start(root, undefined, {
        repository,
        server,
        getToken: () => token,
        signUrls: 'server',
      })
      return crashPage.open().catch((error: unknown) => (error as { code: string }).code)
    },
    [root, repository, server.origin, token] as const,
  )
}

test('a private model comes from a CDN at signed addresses alone, and an expired one is renewed in its middle', async ({
  page,
}) => {
  cdn.cutNextBlob()
  const token = tokenFor(model)
  expect(await open(page, cdn.url, token)).toBe('1.1.0')
  expect(await page.evaluate(() => crashPage.answer())).toContain('1.1.0')
  expect(new Set(cdn.asked.map(({ method }) => method)), 'no preflight').toEqual(new Set(['GET']))
  expect(JSON.stringify(cdn.asked.map(({ url, headers }) => [url, headers]))).not.toContain(token)
  const own = cdn.asked.filter(({ url }) => /^\/(models|blobs)\//.test(url!))
  expect(own.filter(({ url }) => !url!.includes('signature='))).toEqual([])
  const sent = own.map(({ url }) => url!.split('?')[0])
  expect(sent.length, 'one file was asked for again').toBeGreaterThan(new Set(sent).size)
  expect(new Set(own.map(({ url }) => new URL(url!, cdn.url).searchParams.get('expires'))).size).toBe(2)
})

test('without leave there is no address, and a typed error', async ({ page }) => {
  expect(await open(page, cdn.url, tokenFor('another'))).toBe('FORBIDDEN')
  expect(await open(page, cdn.url, `${tokenFor(model)}x`)).toBe('UNAUTHORIZED')
  const stranger = await startCdn(join(folder, 'data', 'repository'), 'the secret of another server')
  expect(await open(page, stranger.url, tokenFor(model))).toBe('FORBIDDEN')
  await stranger.close()
})

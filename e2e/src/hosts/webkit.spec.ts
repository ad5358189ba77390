import { findWebKit } from '../../../scripts/browser.mjs'
import { siteOf } from './examples.ts'
import { smoke } from './smoke.ts'
import { expect, test } from './test.ts'
import { startWebKitDriver, type WebKitDriver } from './webkit-driver.ts'
import { miniBrowserHost, webviewHost } from './webkit-hosts.ts'

const webKit = findWebKit()

test.describe.configure({ mode: 'serial', timeout: 180_000 }) // the driver runs one session at a time

test.describe('WebKitGTK', () => {
  test.skip(webKit === undefined, 'no WebKitGTK here: `npm test` installs it as root on Debian')
  let driver: WebKitDriver

  test.beforeAll(async () => {
    driver = await startWebKitDriver()
  })
  test.afterAll(() => driver.stop())

  test('its browser: loads, probes, predicts, is updated, and opens offline', async ({
    server,
    servePage,
  }) => {
    const page = await servePage(siteOf('vite-8'))
    const host = await miniBrowserHost(driver.url, webKit!)
    try {
      await smoke(host, { page: page.url, server, unplug: page.close })
    } finally {
      await host.close()
    }
  })

  test('a webview at app://localhost/: the same, and after the app was killed', async ({ server }) => {
    const host = await webviewHost(driver.url, siteOf('capacitor'))
    try {
      const [first] = await smoke(host, { page: 'app://localhost/', server })
      expect(first).toMatchObject({ backend: 'wasm', threads: 1 })
      expect(await host.evaluate('crossOriginIsolated')).toBe(false)
    } finally {
      await host.close()
    }
  })
})

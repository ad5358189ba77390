import { findFirefox } from '../../../scripts/browser.mjs'
import { siteOf } from './examples.ts'
import { firefoxHost } from './firefox-host.ts'
import { smoke } from './smoke.ts'
import { expect, test } from './test.ts'

const firefox = findFirefox()

test('Firefox: loads, probes, predicts, is updated, and opens with nothing but its disk', async ({
  server,
  servePage,
}) => {
  test.skip(firefox === undefined, 'no Firefox here: `npm test` installs it as root on Debian')
  test.setTimeout(180_000)
  const page = await servePage(siteOf('vite-8'))
  const host = await firefoxHost(firefox!)
  try {
    const [first] = await smoke(host, { page: page.url, server, unplug: page.close })
    expect(first?.backend).toBe('wasm')
    expect(first?.threads).toBeGreaterThan(1)
  } finally {
    await host.close()
  }
})

import { chromiumHost } from './chromium-host.ts'
import { siteOf } from './examples.ts'
import { smoke } from './smoke.ts'
import { expect, test } from './test.ts'
import { startViteDev } from './vite-dev.ts'
import { watchPage } from './watch-page.ts'

test.setTimeout(180_000)

for (const name of ['vite-7', 'vite-8', 'webpack', 'rollup', 'script'] as const) {
  test(`${name}: the built page does it all under a strict policy, with threads`, async ({
    context,
    server,
    servePage,
  }) => {
    const page = await servePage(siteOf(name))
    const seen = watchPage(context)
    const [first] = await smoke(chromiumHost(context), { page: page.url, server })
    expect(first?.threads).toBeGreaterThan(1)
    expect(seen.origins).toEqual(new Set([new URL(page.url).origin, server.origin]))
    expect(seen.complaints).toEqual([])
  })
}

for (const name of ['vite-7', 'vite-8'] as const) {
  test(`${name}: the page of its development server does it all`, async ({ context, server }) => {
    const page = await startViteDev(name)
    try {
      const [first] = await smoke(chromiumHost(context), { page: page.url, server })
      expect(first?.threads).toBeGreaterThan(1)
    } finally {
      await page.stop()
    }
  })
}

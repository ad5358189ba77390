import { chromiumHost } from './chromium-host.ts'
import { siteOf } from './examples.ts'
import { smoke } from './smoke.ts'
import { expect, test } from './test.ts'

for (const name of ['vite-7', 'vite-8', 'webpack', 'rollup', 'script'] as const) {
  test(`${name}: the built page does it all under a strict policy, with threads`, async ({
    context,
    server,
    servePage,
  }) => {
    const page = await servePage(siteOf(name))
    const complaints: string[] = []
    const origins = new Set<string>()
    context.on('weberror', (error) => complaints.push(String(error.error())))
    context.on('console', (message) => void (message.type() === 'error' && complaints.push(message.text())))
    context.on('request', (request) => void origins.add(new URL(request.url()).origin))

    const [first] = await smoke(chromiumHost(context), { page: page.url, server })
    expect(first?.threads).toBeGreaterThan(1)
    expect(origins).toEqual(new Set([new URL(page.url).origin, server.origin]))
    expect(complaints.filter((complaint) => !complaint.includes('ERR_CONNECTION_REFUSED'))).toEqual([])
  })
}

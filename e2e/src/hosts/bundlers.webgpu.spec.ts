import { siteOf } from './examples.ts'
import { expect, test } from './test.ts'

for (const name of ['vite-7', 'vite-8', 'webpack', 'rollup', 'script'] as const) {
  test(`${name}: the built page finds the files of WebGPU, and fetches no others`, async ({
    page,
    server,
    servePage,
  }) => {
    const site = await servePage(siteOf(name))
    const repository = encodeURIComponent(`${server.origin}/repository/`)
    await page.goto(`${site.url}?backend=webgpu&repository=${repository}`)
    const output = page.locator('output:not(:empty)')
    await output.waitFor({ timeout: 60_000 })
    expect(JSON.parse(await output.innerText())).toMatchObject({ label: '7', backend: 'webgpu' })
    expect(site.requested.filter((path) => path.endsWith('.wasm'))).toHaveLength(1)
  })
}

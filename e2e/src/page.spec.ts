import { digitStrokes } from './fixtures/digit-strokes.ts'
import { expect, test } from './fixtures/test.ts'

test('page, scripts and workers come with the policy, and the page is isolated', async ({ demo }) => {
  const policies = new Map<string, string | undefined>()
  demo.page.context().on('response', (response) => {
    const { pathname } = new URL(response.url())
    if (pathname === '/' || pathname.endsWith('.js')) {
      policies.set(pathname, response.headers()['content-security-policy'])
    }
  })
  await demo.open()
  expect(policies.size).toBeGreaterThan(3)
  for (const [path, policy] of policies)
    expect(policy, path).toContain("script-src 'self' 'wasm-unsafe-eval'")
  expect(await demo.page.evaluate(() => crossOriginIsolated)).toBe(true)
})

for (const [name, width] of [
  ['phone', 390],
  ['narrow phone', 320],
  ['tablet', 820],
  ['desktop', 1280],
] as const) {
  test(`nothing is cut off on a ${name}`, async ({ demo }) => {
    await demo.page.setViewportSize({ width, height: 844 })
    await demo.open()
    await demo.serving('wine')
    expect(await demo.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
  })
}

test('the theme follows the system, and the button after it; the drawing stays dark on white', async ({
  demo,
}) => {
  const background = () => demo.page.evaluate(() => getComputedStyle(document.body).backgroundColor)
  await demo.page.emulateMedia({ colorScheme: 'light' })
  await demo.open()
  const light = await background()
  await demo.page.emulateMedia({ colorScheme: 'dark' })
  const dark = await background()
  expect(dark).not.toBe(light)
  await demo.page.getByRole('button', { name: /^Theme/ }).click()
  expect(await background()).toBe(light)
  await demo.page.getByRole('button', { name: /^Theme/ }).click()
  await demo.page.reload()
  await demo.page.emulateMedia({ colorScheme: 'light' })
  expect(await background()).toBe(dark)

  await demo.serving('digits')
  await demo.draw(digitStrokes[1] ?? [])
  const shades = await demo.page.evaluate(() => {
    const context = document.querySelector('canvas')?.getContext('2d')
    const data = context?.getImageData(0, 0, context.canvas.width, context.canvas.height).data ?? []
    return { corner: [...data.slice(0, 4)], darkest: Math.min(...new Set(data)) }
  })
  expect(shades.corner).toEqual([255, 255, 255, 255])
  expect(shades.darkest).toBeLessThan(60)
})

test('a repository that cannot be is told on the page', async ({ demo }) => {
  await demo.visit('?repository=http://[')
  await expect(demo.page.getByTestId('page-failed-code')).toHaveText('CONFIG_INVALID')
})

test('a repository elsewhere on the origin that holds no models is told on the cards', async ({ demo }) => {
  await demo.visit('?repository=/elsewhere/')
  await expect(demo.card('digits').getByTestId('digits-failed-code')).toHaveText('METADATA_MISSING', {
    timeout: 30_000,
  })
})

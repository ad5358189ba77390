import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'

import type { AxeResults } from 'axe-core'

import { expect, test } from './fixtures/test.ts'

const axe = readFile(createRequire(import.meta.url).resolve('axe-core'), 'utf8')

for (const colorScheme of ['light', 'dark'] as const) {
  test(`axe finds nothing to complain of in ${colorScheme}`, async ({ demo }) => {
    await demo.page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await demo.open()
    await demo.serving('wine')
    for (const name of ['digits', 'wine'])
      await demo.page.getByTestId(`${name}-explain`).check({ force: true })
    await demo.write('3')
    await expect(demo.page.getByTestId('heat')).toBeVisible()
    await expect(demo.page.getByTestId('wine-why')).toContainText('difference')
    await demo.card('digits').getByTestId('model-card').locator('summary').click()
    await demo.card('wine').getByTestId('wine-alcohol').fill('99')
    await expect(demo.card('wine').getByTestId('wine-refused')).toBeVisible()
    // As an expression of the debugger: the page's policy lets no script in by another way.
    await demo.page.evaluate(`${await axe}; undefined`)
    const { violations } = await demo.page.evaluate<AxeResults>('axe.run()')
    expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)).toEqual([])
  })
}

test('everything can be reached with the keyboard alone', async ({ demo }) => {
  await demo.open()
  await demo.serving('wine')
  const reached = new Set<string>()
  for (let presses = 0; presses < 80; presses += 1) {
    await demo.page.keyboard.press('Tab')
    reached.add(
      await demo.page.evaluate(() => {
        const { activeElement } = document
        return (
          activeElement?.getAttribute('aria-label') ?? activeElement?.id ?? activeElement?.textContent ?? ''
        )
      }),
    )
  }
  for (const name of [
    'Sheet for one digit',
    'Write a sample 7',
    'Theme: as the system',
    'wine-alcohol',
    'Version to stay with',
  ]) {
    expect([...reached]).toContain(name)
  }
})

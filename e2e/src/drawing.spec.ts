import { digitStrokes } from './fixtures/digit-strokes.ts'
import { expect, test } from './fixtures/test.ts'
import { watchContext } from './fixtures/watch-context.ts'

/** How many of the ten digits, each drawn once in one hand, the model has to read. */
const leastRight = 8

test('digits drawn with the mouse are recognised', async ({ demo }) => {
  await demo.open()
  await demo.serving('digits', '1.1.0')
  const read: string[] = []
  for (const strokes of digitStrokes) {
    await demo.page.getByTestId('clear').click()
    await expect(demo.label).toHaveText('?')
    await demo.draw(strokes)
    read.push(await demo.settledLabel())
  }
  test.info().annotations.push({ type: 'read', description: read.join(' ') })
  const right = read.filter((label, digit) => label === String(digit))
  expect(right.length, `0 to 9 were read as ${read.join(' ')}`).toBeGreaterThanOrEqual(leastRight)
})

test('label and bars change while the pen is down', async ({ demo }) => {
  await demo.open()
  const box = await demo.sheet.boundingBox()
  if (!box) throw new Error('no sheet')
  await demo.page.mouse.move(box.x + box.width / 2, box.y + box.height * 0.15)
  await demo.page.mouse.down()
  await demo.page.mouse.move(box.x + box.width * 0.48, box.y + box.height * 0.85, { steps: 12 })
  await expect(demo.label).toHaveText('1')
  await expect(demo.page.getByRole('list', { name: 'Probability of each digit' })).toContainText(/\d+\.\d%/)
  await demo.page.mouse.up()
  await demo.page.keyboard.press('Escape')
  await expect(demo.label).toHaveText('?')
})

test('a finger draws and does not scroll the page', async ({ browser, server }) => {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  })
  const check = watchContext(context)
  const page = await context.newPage()
  await page.goto(server.origin)
  const devtools = await context.newCDPSession(page)
  await expect(page.getByTestId('card-digits').getByTestId('readout-version')).toHaveText(/\d/, {
    timeout: 60_000,
  })
  const box = await page.getByLabel('Sheet for one digit').boundingBox()
  if (!box) throw new Error('no sheet')
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', share?: number) =>
    devtools.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: share === undefined ? [] : [{ x: box.x + box.width / 2, y: box.y + box.height * share }],
    })
  await touch('touchStart', 0.15)
  for (let share = 0.2; share < 0.9; share += 0.05) await touch('touchMove', share)
  await touch('touchEnd')
  await expect(page.getByTestId('digit-label')).toHaveText('1')
  expect(await page.evaluate(() => scrollY)).toBe(0)
  check()
  await context.close()
})

test('the keyboard draws, writes samples and clears', async ({ demo }) => {
  await demo.open()
  const { keyboard } = demo.page
  await demo.sheet.focus()
  await keyboard.down(' ')
  await keyboard.down('ArrowDown')
  await demo.page.waitForTimeout(900)
  await keyboard.up('ArrowDown')
  await keyboard.up(' ')
  await expect(demo.label).toHaveText('1')
  await keyboard.press('Delete')
  await expect(demo.label).toHaveText('?')
  for (const digit of ['2', '5', '7']) {
    await keyboard.press(digit)
    await expect(demo.label).toHaveText(digit)
  }
})

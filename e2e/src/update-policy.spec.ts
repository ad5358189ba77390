import { publishModels } from './fixtures/publish-models.ts'
import { expect, test } from './fixtures/test.ts'

test.use({ published: 'first' })

test('with updates by hand a version waits until it is taken', async ({ demo, server }) => {
  await demo.open()
  const card = demo.card('digits')
  await card.getByText('When I say').click()
  await publishModels(server.origin, '1.1.0')
  await card.getByTestId('check').click()
  const take = card.getByTestId('update')
  await expect(take).toHaveText('Take 1.1.0')
  await demo.serving('digits', '1.0.0')
  await take.click()
  await demo.serving('digits', '1.1.0')
})

test('refused updates are not taken, and are once they are allowed', async ({ demo, server }) => {
  await demo.open()
  const card = demo.card('digits')
  await card.getByText('Never').click()
  await publishModels(server.origin, '1.1.0')
  await card.getByTestId('check').click()
  await demo.page.waitForTimeout(1_000)
  await demo.serving('digits', '1.0.0')
  await card.getByText('As they come').click()
  await card.getByTestId('check').click()
  await demo.serving('digits', '1.1.0')
})

test.describe('with both versions published', () => {
  test.use({ published: 'latest' })

  test('a pinned version serves until it is unpinned', async ({ demo }) => {
    await demo.open()
    await demo.serving('digits', '1.1.0')
    const card = demo.card('digits')
    await card.getByTestId('pin-version').fill('1.0.0')
    await card.getByTestId('pin').click()
    await demo.serving('digits', '1.0.0')
    await expect(card.getByTestId('pin')).toHaveText('Unpin 1.0.0')
    await demo.page.reload()
    await demo.serving('digits', '1.0.0')
    await card.getByTestId('pin').click()
    await demo.serving('digits', '1.1.0')
  })

  test('a version that is not there is refused with its code', async ({ demo }) => {
    await demo.open()
    const card = demo.card('digits')
    await card.getByTestId('pin-version').fill('7.7.7')
    await card.getByTestId('pin').click()
    await expect(card.getByTestId('digits-failed-code')).toHaveText('VERSION_UNKNOWN')
    await demo.serving('digits', '1.1.0')
  })
})

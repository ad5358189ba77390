import { servingTimeout } from './fixtures/demo-page.ts'
import { publishModels } from './fixtures/publish-models.ts'
import { expect, test } from './fixtures/test.ts'

test.use({ published: 'first' })

const inFlight = 200

test(`a version published while the page is open switches it, with ${inFlight} predictions in flight`, async ({
  demo,
  server,
}) => {
  test.setTimeout(120_000)
  await demo.open()
  await demo.serving('digits', '1.0.0')
  await demo.write('5')
  // What each version answers to this drawing, to see that no answer is of neither.
  const before = await demo.probabilitiesNow('digits')
  await demo.page.evaluate((count) => {
    const model = globalThis.homingDemo.models.get('digits')
    const canvas = document.querySelector('canvas')
    if (!model || !canvas) throw new Error('The page is not ready')
    const answers: { version: string; probabilities: Record<string, number> }[] = []
    const lost: string[] = []
    // Always `count` calls at once: each that ends makes room for the next, until some were answered by 1.1.0.
    const goOn = async () => {
      while (answers.filter(({ version }) => version === '1.1.0').length < count) {
        await model.predict({ image: canvas }).then(
          ({ version, probabilities }) => answers.push({ version, probabilities: { ...probabilities } }),
          (error: unknown) => lost.push(String(error)),
        )
        if (lost.length > 0) return
      }
    }
    Object.assign(globalThis, {
      switching: Promise.all(Array.from({ length: count }, goOn)).then(() => ({ answers, lost })),
    })
  }, inFlight)

  await publishModels(server.origin, '1.1.0')
  await demo.card('digits').getByTestId('check').click()
  await expect(demo.page.locator('.toast')).toContainText('digits 1.1.0', { timeout: servingTimeout })
  await demo.serving('digits', '1.1.0')
  const { answers, lost } = await demo.page.evaluate(
    () =>
      (
        globalThis as unknown as {
          switching: Promise<{
            answers: { version: string; probabilities: Record<string, number> }[]
            lost: string[]
          }>
        }
      ).switching,
  )
  const after = await demo.probabilitiesNow('digits')

  expect(lost).toEqual([])
  const versions = answers.map(({ version }) => version)
  const switched = versions.indexOf('1.1.0')
  expect(switched, 'some were answered by the version before').toBeGreaterThan(0)
  expect(new Set(versions.slice(0, switched)), 'one switch, and no way back').toEqual(new Set(['1.0.0']))
  expect(new Set(versions.slice(switched))).toEqual(new Set(['1.1.0']))
  const expected: Record<string, Record<string, number>> = { '1.0.0': before, '1.1.0': after }
  for (const { version, probabilities } of answers) expect(probabilities).toEqual(expected[version])
  expect(before).not.toEqual(after)
})

test('the page finds a new version by itself', async ({ demo, server }) => {
  await demo.open()
  await demo.serving('digits', '1.0.0')
  await publishModels(server.origin, '1.1.0')
  await demo.serving('digits', '1.1.0')
})

import type { Page } from '@playwright/test'

import { digitStrokes } from './fixtures/digit-strokes.ts'
import { expect, test } from './fixtures/test.ts'

/** Least share of the difference to an empty sheet that the heat map has to explain. */
const leastExplained = 0.97

/** How much of the heat lies on the ink, and how much of the sheet is ink. A pixel of 28 x 28 is wider than a stroke's edge. */
const heatOnInk = (page: Page) =>
  page.evaluate(() => {
    const [sheet, heat] = ['.pad-canvas', '.heat'].map((name) => {
      const canvas = document.querySelector<HTMLCanvasElement>(name)
      const context = canvas?.getContext('2d')
      if (!canvas || !context) throw new Error(`no ${name}`)
      return context.getImageData(0, 0, canvas.width, canvas.height).data
    })
    let [onInk, all, ink] = [0, 0, 0]
    for (let at = 0; at < sheet!.length; at += 4) {
      const inked = sheet![at]! < 128
      if (inked) ink += 1
      if (inked) onInk += heat![at + 3]!
      all += heat![at + 3]!
    }
    return { share: onInk / all, ink: (ink * 4) / sheet!.length }
  })

test('a drawing is explained by heat on its ink, which follows the drawing and the label', async ({
  demo,
}) => {
  await demo.open()
  const why = demo.page.getByTestId('digits-why')
  const heat = demo.page.getByTestId('heat')
  await demo.page.getByTestId('digits-explain').check({ force: true })
  await expect(why).toContainText('Draw a digit')
  await expect(heat).toBeHidden()

  await demo.draw(digitStrokes[2]!)
  await expect(demo.label).toHaveText('2')
  await expect(heat).toBeVisible()
  await expect(why).toHaveText(
    /score of 2 from .* for an empty sheet to \+.*; the map explains (9[7-9]|>99)[.\d]*% of that/,
  )
  const { share, ink } = await heatOnInk(demo.page)
  expect(share).toBeGreaterThan(0.6)
  expect(share).toBeGreaterThan(4 * ink)
  await expect(demo.page.getByRole('img', { name: /speaks for 2/ })).toBeVisible()
  await expect(
    demo.page.getByRole('list', { name: 'What each part of the sheet adds' }).getByRole('listitem'),
  ).toHaveCount(9)

  await demo.page.getByTestId('explained-label').selectOption('7')
  await expect(why).toContainText('score of 7')
  await demo.page.getByTestId('clear').click()
  await expect(heat).toBeHidden()
  await expect(why).toContainText('Draw a digit')
})

test('what is explained is what the model says: its logits, to the last percent', async ({ demo }) => {
  await demo.open()
  await demo.write('5')
  const told = await demo.page.evaluate(async () => {
    const model = globalThis.homingDemo.models.get('digits')
    const canvas = document.querySelector('canvas')
    if (!model || !canvas) throw new Error('no digits')
    const explanation = await model.explain({ image: canvas })
    const { outputs } = await model.predict({ image: canvas })
    const logits = Array.from(outputs['logits']!.data as Float32Array)
    const mean = logits.reduce((sum, logit) => sum + logit, 0) / logits.length
    const { label, output, baselineOutput, completeness, method, backend } = explanation
    return { label, output, baselineOutput, completeness, method, backend, score: logits[5]! - mean }
  })
  expect(told).toMatchObject({ method: 'integrated-gradients', label: '5', backend: 'wasm' })
  expect(told.output).toBeCloseTo(told.score, 3)
  expect(told.completeness.difference).toBeCloseTo(told.output - told.baselineOutput, 6)
  expect(told.completeness.gap).toBeLessThan(1 - leastExplained)
})

test('TensorFlow.js explains the same drawing much the same', async ({ demo }) => {
  await demo.open()
  await demo.write('4')
  const mapOf = (name: string) =>
    demo.page.evaluate(async (name) => {
      const model = globalThis.homingDemo.models.get(name)
      const canvas = document.querySelector('canvas')
      if (!model || !canvas) throw new Error(`no ${name}`)
      const explanation = await model.explain({ image: canvas })
      return explanation.method === 'integrated-gradients' ? [...explanation.maps['image']!.data] : []
    }, name)
  const onnx = await mapOf('digits')
  await demo.runOn('digits-tfjs', 'wasm', 'WASM')
  const tfjs = await mapOf('digits-tfjs')
  const norm = (values: readonly number[]) => Math.hypot(...values)
  expect(norm(onnx.map((value, at) => value - tfjs[at]!)) / norm(onnx)).toBeLessThan(0.01)
})

test('the bars of a wine add up to what sets it apart from an average one', async ({ demo }) => {
  await demo.open()
  await demo.serving('wine')
  const card = demo.card('wine')
  await demo.page.getByTestId('wine-explain').check({ force: true })
  await card.getByRole('button', { name: 'Sour' }).click()
  await expect(card.getByTestId('wine-why')).toContainText('all of the difference')
  const bars = card
    .getByRole('list', { name: 'What each measurement adds to the grade' })
    .getByRole('listitem')
  await expect(bars).toHaveCount(11)

  const numbers = (text: string): number[] =>
    (text.match(/[+−]?\d+\.\d+/g) ?? []).map((number) => Number(number.replace('−', '-')))
  const [average, wine, sum] = numbers(await card.getByTestId('wine-why').innerText()) as [
    number,
    number,
    number,
  ]
  expect(sum).toBeCloseTo(wine - average, 1)
  expect(Number(await card.getByTestId('wine-quality').innerText())).toBeCloseTo(wine, 0)
  const added = (await bars.allInnerTexts()).map((text) => numbers(text).at(-2)!)
  expect(added.reduce((total, value) => total + value, 0)).toBeCloseTo(sum, 0)
  const sizes = added.map(Math.abs)
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a))

  await card.getByTestId('wine-alcohol').fill('99')
  await expect(card.getByTestId('wine-why')).toContainText('INPUT_VALUE')
  await card.getByTestId('wine-alcohol').fill('11')
  await expect(card.getByTestId('wine-why')).toContainText('all of the difference')
})

test('predictions keep coming while an explanation is made', async ({ demo }) => {
  await demo.open()
  await demo.write('8')
  const ends = await demo.page.evaluate(async () => {
    const model = globalThis.homingDemo.models.get('digits')
    const image = document.querySelector('canvas')
    if (!model || !image) throw new Error('no digits')
    await model.explain({ image })
    const ends: string[] = []
    const long = model.explain({ image }, { steps: 2_048 }).then(() => ends.push('explanation'))
    for (let call = 0; call < 5; call += 1) await model.predict({ image }).then(() => ends.push('prediction'))
    await long
    return ends
  })
  expect(ends.at(-1)).toBe('explanation')
  expect(ends).toHaveLength(6)
})

test('with everything switched on a phone does not scroll sideways', async ({ demo }) => {
  await demo.page.setViewportSize({ width: 360, height: 780 })
  await demo.open()
  await demo.serving('wine')
  for (const name of ['digits', 'wine']) await demo.page.getByTestId(`${name}-explain`).check({ force: true })
  await demo.write('3')
  await expect(demo.page.getByTestId('heat')).toBeVisible()
  await expect(demo.page.getByTestId('wine-why')).toContainText('difference')
  expect(await demo.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0)
})

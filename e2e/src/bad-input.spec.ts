import { expect, test } from './fixtures/test.ts'

test.beforeEach(async ({ demo }) => {
  await demo.open()
  await demo.serving('wine')
})

test('calls that do not fit the signature are refused with their code', async ({ demo }) => {
  const codes = await demo.page.evaluate(async () => {
    const digits = globalThis.homingDemo.models.get('digits')
    const wine = globalThis.homingDemo.models.get('wine')
    if (!digits || !wine) throw new Error('The page has not opened its models')
    const input = digits.signature.inputs[0]
    if (!input) throw new Error('digits has no input')
    const shape = input.shape.map((size) => (typeof size === 'number' ? size : 1))
    const length = shape.reduce((product, size) => product * size, 1)
    const tensor = { dtype: 'float32', shape, data: new Float32Array(length) } as const
    const withNaN = { ...tensor, data: new Float32Array(length).fill(NaN, 5, 6) }
    const usual = { alcohol: 10.4, pH: 3.2 }

    type Call = () => Promise<unknown>
    const calls: Record<string, Call> = {
      'a wrong name': () => digits.predict({ picture: tensor }),
      'one name too many': () => digits.predict({ [input.name]: tensor, more: tensor }),
      'no input': () => digits.predict({}),
      'a wrong dtype': () =>
        digits.predict({ [input.name]: { dtype: 'int32', shape, data: new Int32Array(length) } }),
      'a wrong shape': () => digits.predict({ [input.name]: { ...tensor, shape: [7, 112] } }),
      'data of another length': () =>
        digits.predict({ [input.name]: { ...tensor, data: new Float32Array(3) } }),
      'NaN in a tensor': () => digits.predict({ [input.name]: withNaN }),
      'an unknown feature': () => wine.predict({ wine: { ...usual, colour: 1 } }),
      'a word for a number': () => wine.predict({ wine: { ...usual, alcohol: 'strong' } }),
      'an infinite feature': () => wine.predict({ wine: { ...usual, alcohol: Infinity } }),
      'a model without a name that can be': () => globalThis.homingDemo.homing.model('../secrets'),
      'an unknown model': () => globalThis.homingDemo.homing.model('no-such-model'),
      'an unknown version': () => globalThis.homingDemo.homing.model('digits-tfjs', { version: '9.9.9' }),
    }
    const codes: Record<string, string> = {}
    for (const [name, call] of Object.entries(calls)) {
      codes[name] = await call().then(
        () => 'answered',
        (error: unknown) => {
          const { name, code } = error as { name: string; code: string }
          return `${name} ${code}`
        },
      )
    }
    return codes
  })
  expect(codes).toEqual({
    'a wrong name': 'HomingError INPUT_NAME',
    'one name too many': 'HomingError INPUT_NAME',
    'no input': 'HomingError INPUT_NAME',
    'a wrong dtype': 'HomingError INPUT_DTYPE',
    'a wrong shape': 'HomingError INPUT_SHAPE',
    'data of another length': 'HomingError INPUT_SHAPE',
    'NaN in a tensor': 'HomingError INPUT_VALUE',
    'an unknown feature': 'HomingError INPUT_NAME',
    'a word for a number': 'HomingError INPUT_DTYPE',
    'an infinite feature': 'HomingError INPUT_VALUE',
    'a model without a name that can be': 'HomingError MODEL_UNKNOWN',
    'an unknown model': 'HomingError MODEL_UNKNOWN',
    'an unknown version': 'HomingError VERSION_UNKNOWN',
  })
  // None of it harmed the model.
  await demo.write('8')
})

test('a feature out of range is refused by the model, and named on the page', async ({ demo }) => {
  const card = demo.card('wine')
  const grade = card.getByTestId('wine-quality')
  await expect(grade).toHaveText(/^\d\.\d$/)
  const alcohol = card.getByTestId('wine-alcohol')
  await alcohol.fill('99')
  await expect(card.getByTestId('wine-refused-code')).toHaveText('INPUT_VALUE')
  await expect(card.getByTestId('wine-refused')).toContainText('alcohol')
  await expect(alcohol).toHaveAttribute('aria-invalid', 'true')
  await expect(grade).toHaveText('–')
  await alcohol.fill('12')
  await expect(card.getByTestId('wine-refused')).toBeHidden()
  await expect(grade).toHaveText(/^\d\.\d$/)
})

test('wines and sliders change the grade', async ({ demo }) => {
  const card = demo.card('wine')
  const grade = card.getByTestId('wine-quality')
  await expect(grade).toHaveText(/^\d\.\d$/)
  const gradeAfter = async (change: () => Promise<void>) => {
    const before = await grade.innerText()
    await change()
    await expect(grade).not.toHaveText(before)
    return Number(await grade.innerText())
  }
  const sour = await gradeAfter(() => card.getByRole('button', { name: 'Sour' }).click())
  const crisp = await gradeAfter(() => card.getByRole('button', { name: 'Crisp' }).click())
  expect(crisp).toBeGreaterThan(sour)
  await gradeAfter(async () => {
    await card.getByRole('slider', { name: 'Volatile acidity' }).focus()
    for (let step = 0; step < 40; step += 1) await demo.page.keyboard.press('ArrowRight')
  })
})

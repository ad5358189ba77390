import { mnistMissing, mnistTestImages } from './fixtures/mnist.ts'
import { expect, test } from './fixtures/test.ts'

const count = 200

/** Share of the images that has to be read right. */
const leastRight = 0.98

const ways = [
  { model: 'digits', backend: 'wasm', shown: 'WASM' },
  { model: 'digits-tfjs', backend: 'webgl', shown: 'WebGL' },
] as const

for (const { model, backend, shown } of ways) {
  test(`${count} test images of MNIST on ${model}, ${backend}`, async ({ demo }) => {
    test.skip(mnistMissing !== undefined, mnistMissing)
    test.setTimeout(180_000)
    await demo.open()
    await demo.runOn(model, backend, shown)
    const images = await mnistTestImages(count)
    const answers = await demo.classify(
      model,
      images.map(({ pixels }) => pixels),
    )
    expect(new Set(answers.map((answer) => `${answer.version} ${answer.backend}`))).toEqual(
      new Set([`1.1.0 ${backend}`]),
    )
    const right = answers.filter(({ label }, index) => label === images[index]?.label).length
    test.info().annotations.push({ type: 'right', description: `${right} of ${count}` })
    expect(right / count).toBeGreaterThanOrEqual(leastRight)
  })
}

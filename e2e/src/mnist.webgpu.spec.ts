import { mnistMissing, mnistTestImages } from './fixtures/mnist.ts'
import { expect, test } from './fixtures/test.ts'

const count = 10

/** Most difference of a probability between two backends. */
const tolerance = 1e-3

const engines = [
  { model: 'digits', other: 'wasm', shown: 'WASM' },
  { model: 'digits-tfjs', other: 'webgl', shown: 'WebGL' },
] as const

for (const { model, other, shown } of engines) {
  test(`${model} says the same on webgpu as on ${other}`, async ({ demo }) => {
    test.skip(mnistMissing !== undefined, mnistMissing)
    // SwiftShader computes what a graphics card would, slowly.
    test.setTimeout(240_000)
    const images = (await mnistTestImages(count)).map(({ pixels }) => pixels)
    await demo.open()
    await demo.runOn(model, other, shown)
    const expected = await demo.classify(model, images)
    await demo.runOn(model, 'webgpu', 'WebGPU')
    const answers = await demo.classify(model, images)

    expect(new Set(answers.map(({ backend }) => backend))).toEqual(new Set(['webgpu']))
    expect(answers.map(({ label }) => label)).toEqual(expected.map(({ label }) => label))
    const gaps = answers.flatMap(({ probabilities }, index) =>
      Object.entries(probabilities).map(([label, value]) =>
        Math.abs(value - (expected[index]?.probabilities[label] ?? NaN)),
      ),
    )
    expect(gaps).toHaveLength(count * 10)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(tolerance)
  })
}

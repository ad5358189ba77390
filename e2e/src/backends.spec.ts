import { expect, test } from './fixtures/test.ts'

// Chromium runs here without `--enable-unsafe-webgpu`: `navigator.gpu` is there and its adapter is null.

test('without a WebGPU adapter the model falls to wasm and says why', async ({ demo }) => {
  await demo.open()
  const card = demo.card('digits')
  await expect(card.getByTestId('readout-backend')).toHaveText('WASM')
  await expect(card.getByTestId('fallbacks')).toContainText('No WebGPU')
})

test('a forced backend that is not there is refused and the former one goes on', async ({ demo }) => {
  await demo.open()
  const card = demo.card('digits')
  await demo.choose('digits', 'webgpu')
  await expect(card.getByTestId('digits-failed-code')).toHaveText('BACKEND_UNAVAILABLE')
  await expect(card.getByTestId('readout-backend')).toHaveText('WASM')
  await demo.write('3')
})

test('the same drawing is read alike on every backend of both engines', async ({ demo }) => {
  await demo.open()
  await demo.write('4')
  for (const [model, backend, shown] of [
    ['digits', 'wasm', 'WASM'],
    ['digits-tfjs', 'webgl', 'WebGL'],
    ['digits-tfjs', 'wasm', 'WASM'],
    ['digits-tfjs', 'cpu', 'CPU'],
  ] as const) {
    await demo.runOn(model, backend, shown)
    await expect(demo.label).toHaveText('4')
    await expect(demo.card('digits').getByTestId('facts')).toContainText(
      model === 'digits' ? 'ONNX' : 'TensorFlow',
    )
  }
})

import { publishNetwork } from './fixtures/publish-network.ts'
import { expect, test } from './fixtures/test.ts'

const side = 32

test('the head of a MobileNetV2-shaped network learns in the browser', async ({ demo, server }) => {
  await publishNetwork(server.origin, 'mobilenet', {
    loss: { kind: 'softmax-cross-entropy' },
    optimiser: { kind: 'adam' },
    learningRate: 0.05,
    trainable: 'head',
    batch: 8,
    epochs: 15,
  })
  await demo.visit()
  const result = await demo.page.evaluate(async (side) => {
    const model = await globalThis.homingDemo.homing.model('mobilenet')
    const count = 16
    // Images that are lighter on the left (class 0) or on the right (class 1).
    const data = Float32Array.from({ length: count * 3 * side * side }, (_, place) => {
      const isRight = place % side >= side / 2
      const example = Math.floor(place / (3 * side * side))
      return 0.3 * Math.sin(place * 12.9898) + (isRight === (example % 2 === 1) ? 1 : -1)
    })
    const x = { dtype: 'float32' as const, shape: [count, 3, side, side], data }
    const targets = Array.from({ length: count }, (_, example) => example % 2)
    const events: string[] = []
    const { curve, backend, parameters } = await model.train(
      { inputs: { x }, targets },
      { onEvent: ({ type }) => events.push(type), backends: ['wasm'] },
    )
    return { losses: curve.map(({ loss }) => loss), backend, trained: Object.keys(parameters), events }
  }, side)
  expect(result.backend).toBe('wasm')
  expect(result.trained.sort()).toEqual(['head.bias', 'head.weight'])
  expect(result.events.filter((type) => type === 'step')).toHaveLength(30)
  expect(result.losses.at(-1)).toBeLessThan(result.losses[0]! / 4)
})

test('low-rank adapters on a transformer learn in the browser, and nothing else moves', async ({
  demo,
  server,
}) => {
  await publishNetwork(server.origin, 'encoder', {
    loss: { kind: 'softmax-cross-entropy' },
    optimiser: { kind: 'adam' },
    learningRate: 0.03,
    adapters: { weights: ['*.qkv.weight', '*.up.weight', '*.down.weight'], rank: 2, seed: 1 },
    batch: 11,
    epochs: 80,
  })
  await demo.visit()
  const result = await demo.page.evaluate(async () => {
    const model = await globalThis.homingDemo.homing.model('encoder')
    const [count, tokens, words, classes] = [11, 5, 11, 4]
    // Sentences whose class is their first word modulo the number of classes.
    const word = (place: number) => (place * 7 + Math.floor(place / tokens) * 3) % words
    const data = Int32Array.from({ length: count * tokens }, (_, place) => word(place))
    const x = { dtype: 'int32' as const, shape: [count, tokens], data }
    const targets = Array.from({ length: count }, (_, example) => word(example * tokens) % classes)
    const before = await model.predict({ x })
    const { curve, parameters } = await model.train({ inputs: { x }, targets }, { backends: ['wasm'] })
    const after = await model.predict({ x })
    const logits = [before, after].map(({ outputs }) => Array.from(outputs['logits']!.data as Float32Array))
    return { losses: curve.map(({ loss }) => loss), trained: Object.keys(parameters), logits }
  })
  expect(result.trained).toHaveLength(2 * 6)
  expect(result.trained.every((name) => /\/lora_[ab]$/.test(name))).toBe(true)
  expect(result.losses.at(-1)).toBeLessThan(result.losses[0]! / 3)
  expect(result.logits[1]).toEqual(result.logits[0]) // a copy was trained
})

import { writeModel } from '@homing/onnx'
import { describe, expect, it } from 'vitest'

import type { Digits } from '../data/mnist.ts'
import { digitBatches } from '../digits/digit-batches.ts'
import { digitsModel } from '../digits/digits-model.ts'
import { seededRandom } from '../random.ts'
import { cosineSchedule } from './schedule.ts'
import { epochBatches } from './epochs.ts'
import { train } from './trainer.ts'
import { withParameters } from './with-parameters.ts'

const batch = 8
const steps = 6

/** Blobs in place of digits: the label says where on the diagonal. */
function blobs(count: number): Digits {
  const images = new Uint8Array(count * 784)
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10)
  for (const [index, label] of labels.entries()) {
    for (let row = 0; row < 12; row++)
      images.fill(
        200 + label,
        index * 784 + (row + label) * 28 + label,
        index * 784 + (row + label) * 28 + label + 9,
      )
  }
  return { count, images, labels }
}

const trainDigits = (seed: number, learningRate = 1e-3) => {
  const model = digitsModel(seed)
  const losses: number[] = []
  const trained = train({
    model,
    options: { dims: { batch }, loss: 'softmax-cross-entropy', optimiser: { kind: 'adam' } },
    steps,
    batch: digitBatches(blobs(40), batch, seededRandom(seed)),
    learningRate: () => learningRate,
    onStep: ({ loss }) => void losses.push(loss),
  })
  return trained.then((parameters) => ({ bytes: writeModel(withParameters(model, parameters)), losses }))
}

describe('train', () => {
  it('repeats bit for bit with the same seed, and not with another', async () => {
    const [first, second, other] = [await trainDigits(1), await trainDigits(1), await trainDigits(2)]
    expect(second.losses).toEqual(first.losses)
    expect(first.losses).toHaveLength(steps)
    expect(Buffer.compare(second.bytes, first.bytes)).toBe(0)
    expect(Buffer.compare(other.bytes, first.bytes)).not.toBe(0)
  })

  it('stops when the loss is no longer a number, and says at which step', async () => {
    await expect(trainDigits(1, 1e30)).rejects.toMatchObject({
      code: 'TRAINING_DIVERGED',
      details: { step: expect.any(Number) },
    })
  })
})

describe('epochBatches', () => {
  it('goes over all examples once an epoch, in another order each time, leaving out the rest', () => {
    const indicesOf = epochBatches(seededRandom(1), 10, 3)
    const epochs = [0, 1].map((epoch) => [1, 2, 3].flatMap((step) => [...indicesOf(epoch * 3 + step)]))
    for (const seen of epochs) {
      expect(new Set(seen).size).toBe(9)
      expect(Math.max(...seen)).toBeLessThan(10)
    }
    expect(epochs[1]).not.toEqual(epochs[0])
  })
})

describe('cosineSchedule', () => {
  it('rises to its peak, falls, and ends at zero', () => {
    const rate = cosineSchedule({ peak: 2, steps: 100, warmUp: 0.1 })
    expect([rate(5), rate(10), rate(55), rate(100)].map((value) => Number(value.toFixed(6)))).toEqual([
      1, 2, 1, 0,
    ])
  })
})

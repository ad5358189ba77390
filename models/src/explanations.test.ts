import { describe, expect, it } from 'vitest'

import { openArtifact } from './testing/open-artifact.ts'

/** Most that integrated gradients of the default 64 points may miss of the difference to an empty sheet. */
const largestGap = 0.02

/** Dark bars on white: left, top, right and bottom of each, on a sheet of 100. */
function sheet(...bars: readonly (readonly [number, number, number, number])[]) {
  const data = new Uint8ClampedArray(100 * 100 * 4).fill(255)
  for (const [left, top, right, bottom] of bars)
    for (let y = top; y < bottom; y++)
      for (let x = left; x < right; x++) data.set([20, 20, 20, 255], (y * 100 + x) * 4)
  return { width: 100, height: 100, data }
}
const drawings = {
  '1': sheet([46, 10, 54, 90]),
  '4': sheet([30, 10, 37, 52], [30, 45, 70, 52], [62, 25, 69, 92]),
  '7': sheet([25, 12, 72, 19], [60, 19, 68, 45], [50, 45, 58, 88]),
}

describe('digits', () => {
  it('is explained by its ink, which adds up to the difference to an empty sheet', async () => {
    const digits = await openArtifact('digits', '1.0.0')
    for (const [label, image] of Object.entries(drawings)) {
      const explained = await digits.explain({ image })
      if (explained.method !== 'integrated-gradients') throw new Error(explained.method)
      expect(explained.label).toBe(label)
      expect(explained.completeness.gap).toBeLessThan(largestGap)
      const { data, width, height, area } = explained.maps['image']!
      expect([width, height]).toEqual([28, 28])
      // No ink, no heat: the baseline has none either.
      data.forEach((value, at) => {
        const x = area!.left + (((at % 28) + 0.5) * area!.width) / 28
        const y = area!.top + ((Math.floor(at / 28) + 0.5) * area!.height) / 28
        const reach = area!.width / 28
        const near = [-reach, 0, reach].some((dy) =>
          [-reach, 0, reach].some((dx) => {
            const [column, row] = [Math.round(x + dx), Math.round(y + dy)]
            return (
              column >= 0 &&
              column < 100 &&
              row >= 0 &&
              row < 100 &&
              image.data[(row * 100 + column) * 4] === 20
            )
          }),
        )
        if (!near) expect(value).toBe(0)
      })
      const other = await digits.explain({ image }, { label: '0' })
      expect(other.output).toBeLessThan(explained.output)
    }
    await digits.release()
  })

  it('is nearer to complete with more steps', async () => {
    const digits = await openArtifact('digits', '1.0.0')
    const gapWith = async (steps: number) =>
      Math.max(
        ...(await Promise.all(
          Object.values(drawings).map(
            async (image) => (await digits.explain({ image }, { steps })).completeness.gap,
          ),
        )),
      )
    expect(await gapWith(256)).toBeLessThan(await gapWith(16))
    await digits.release()
  })
})

describe('wine', () => {
  const wine = {
    fixed_acidity: 7,
    volatile_acidity: 0.5,
    citric_acid: 0.3,
    residual_sugar: 2,
    chlorides: 0.04,
  }
  const rest = { free_sulfur_dioxide: 30, total_sulfur_dioxide: 120, density: 0.992, pH: 3.2, sulphates: 0.5 }
  const row = { ...wine, ...rest, alcohol: 12.5 }

  it('is explained to the last digit, against an average wine', async () => {
    const wines = await openArtifact('wine', '1.0.0')
    const explained = await wines.explain({ wine: row })
    const predicted = await wines.predict({ wine: row })
    if (explained.method !== 'sampled-shapley') throw new Error(explained.method)
    expect(explained.unit).toBe('points')
    expect(explained.output).toBeCloseTo(predicted.value!, 6)
    expect(explained.completeness.gap).toBeLessThan(1e-6)
    expect(explained.baseline['alcohol']).toBeCloseTo(10.5, 0)
    expect(explained.attributions['alcohol']).toBeGreaterThan(0.2)
    expect(explained.attributions['volatile_acidity']).toBeLessThan(-0.1)
    await wines.release()
  })

  it('is explained alike by other samples, within their errors', async () => {
    const wines = await openArtifact('wine', '1.0.0')
    const [one, other] = await Promise.all(
      [1, 2].map((seed) => wines.explain({ wine: row }, { seed, samples: 512 })),
    )
    if (one?.method !== 'sampled-shapley' || other?.method !== 'sampled-shapley')
      throw new Error('no Shapley values')
    for (const [feature, value] of Object.entries(one.attributions)) {
      const error = Math.hypot(one.standardErrors[feature]!, other.standardErrors[feature]!)
      expect(Math.abs(value - other.attributions[feature]!), feature).toBeLessThan(5 * error)
    }
    await wines.release()
  })
})

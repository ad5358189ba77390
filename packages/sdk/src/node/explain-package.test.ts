import type { Pipeline, Tensor } from '@homing/protocol'
import { memory } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { explainedDense } from '../../test/tiny-explained.ts'
import { tinyOnnx } from '../../test/tiny-onnx.ts'
import { denseKernel, denseOnnxRequest, floats, tinyGraphRequest } from '../../test/tiny-packages.ts'
import { denseLayersRequest } from '../../test/tiny-tfjs.ts'
import type { GradientExplanation, ShapleyExplanation } from '../runtime/explanation-api.ts'
import { type NodePackage, openPackage } from './load-package.ts'

type Explain = NodePackage['explain']
type Baseline = NonNullable<NonNullable<Parameters<Explain>[1]>['baseline']>

/** Opens a package, explains and releases. */
async function explain<E>(
  files: Parameters<typeof openPackage>[0],
  ...call: Parameters<Explain>
): Promise<E> {
  const tiny = await openPackage(files)
  try {
    return (await tiny.explain(...call)) as E
  } finally {
    await tiny.release()
  }
}
const byGradients = explain<GradientExplanation>
const byShapley = explain<ShapleyExplanation>

const column = (at: number): number[] => [0, 1, 2, 3].map((row) => denseKernel[row * 3 + at]!)
const close = (found: ArrayLike<number>, expected: readonly number[]): void => {
  expect(found.length).toBe(expected.length)
  expected.forEach((value, i) => expect(found[i]).toBeCloseTo(value, 4))
}
const x = floats([1, -2, 0.5, 3], [1, 4])
const labels: Pipeline['outputs'] = [
  { kind: 'classification', tensor: 'y', activation: 'softmax', labels: ['one', 'two', 'three'] },
]

describe('a tensor, by integrated gradients', () => {
  it('of a linear model is its weights times the input, from any baseline and in any batches', () => {
    const numbers = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 })
    return fc.assert(
      fc.asyncProperty(
        numbers,
        numbers,
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom(0, 1, 2),
        async (to, from, points, index) => {
          const files = explainedDense({ points, bias: 0.25 })
          const explained = await byGradients(
            files,
            { x: floats(to, [1, 4]) },
            { index, steps: 4, baseline: { x: floats(from, [1, 4]) } },
          )
          const { attributions, completeness, output, baselineOutput } = explained
          close(
            attributions['x']!.data as Float32Array,
            column(index).map((weight, i) => weight * (to[i]! - from[i]!)),
          )
          expect(completeness.sum).toBeCloseTo(output - baselineOutput, 4)
          expect(attributions['x']!.shape).toEqual([1, 4])
        },
      ),
      { numRuns: 10 },
    )
  })

  it('explains the largest element, against zeros, and says what it did', async () => {
    const explained = await byGradients(explainedDense(), { x })
    expect(explained).toMatchObject({
      method: 'integrated-gradients',
      baselineOutput: 0,
      steps: 66,
      version: '1.0.0',
      backend: 'wasm',
      maps: {},
    })
    expect(explained.label).toBeUndefined()
    close(
      explained.attributions['x']!.data as Float32Array,
      column(2).map((weight, i) => weight * (x.data[i] as number)),
    )
    expect(explained.completeness.gap).toBeLessThan(1e-5)
    for (const time of Object.values(explained.timings)) expect(time).toBeGreaterThanOrEqual(0)
  })

  it('takes the baseline that the package names, and the caller before it', async () => {
    const files = explainedDense({ baselines: { x: 2 } })
    const ofSecond = async (baseline: number | Tensor | undefined) => {
      const { attributions } = await byGradients(
        files,
        { x },
        { index: 1, ...(baseline === undefined ? {} : { baseline: { x: baseline } }) },
      )
      return attributions['x']!.data as Float32Array
    }
    const expected = (from: readonly number[]) =>
      column(1).map((weight, i) => weight * ((x.data[i] as number) - from[i]!))
    close(await ofSecond(undefined), expected([2, 2, 2, 2]))
    close(await ofSecond(-1), expected([-1, -1, -1, -1]))
    close(await ofSecond(floats([1, 2, 3, 4], [1, 4])), expected([1, 2, 3, 4]))
  })

  it('explains a label by its logit less the mean of all', async () => {
    const files = explainedDense({ bias: 7, pipeline: { inputs: [], outputs: labels } })
    const explained = await byGradients(files, { x }, { label: 'one' })
    expect(explained.label).toBe('one')
    const mean = [0, 1, 2, 3].map(
      (row) => (denseKernel[row * 3]! + denseKernel[row * 3 + 1]! + denseKernel[row * 3 + 2]!) / 3,
    )
    close(
      explained.attributions['x']!.data as Float32Array,
      column(0).map((weight, i) => (weight - mean[i]!) * (x.data[i] as number)),
    )
    expect(explained.baselineOutput).toBeCloseTo(0, 5)
    expect((await byGradients(files, { x })).label).toBe('three')
  })

  it('works with tfjs packages, which need no graph', async () => {
    const explained = await byGradients(denseLayersRequest([], { bias: 2 }), { x }, { index: 2 })
    expect(explained).toMatchObject({ method: 'integrated-gradients', backend: 'cpu', steps: 64 })
    expect(explained.baselineOutput).toBeCloseTo(2, 5)
    close(
      explained.attributions['x']!.data as Float32Array,
      column(2).map((weight, i) => weight * (x.data[i] as number)),
    )
  })

  it('leaves nothing of TensorFlow.js behind', async () => {
    const tiny = await openPackage(denseLayersRequest([], { bias: 2 }))
    await tiny.explain({ x })
    const before = memory().numTensors
    for (let call = 0; call < 3; call++) await tiny.explain({ x }, { index: call })
    expect(memory().numTensors).toBe(before)
    await tiny.release()
  })

  it('of what equals its baseline is nothing, and complete', async () => {
    const explained = await byGradients(explainedDense(), { x: floats([0, 0, 0, 0], [1, 4]) }, { index: 0 })
    expect([...(explained.attributions['x']!.data as Float32Array)].every((value) => value === 0)).toBe(true)
    expect(explained.completeness).toEqual({ sum: 0, difference: 0, gap: 0 })
  })
})

describe('a row, by sampled Shapley values', () => {
  const colour = {
    kind: 'category' as const,
    name: 'colour',
    categories: ['red', 'green', 'blue'],
    encode: 'one-hot' as const,
    unseen: 'refuse' as const,
  }
  const pipeline: Pipeline = {
    inputs: [
      {
        kind: 'table',
        name: 'row',
        tensor: 'x',
        features: [{ kind: 'number', name: 'size', standardise: { mean: 10, std: 2 } }, colour],
      },
    ],
    outputs: labels,
  }
  const score = (at: number) =>
    column(at).map(
      (weight, row) =>
        weight - (denseKernel[row * 3]! + denseKernel[row * 3 + 1]! + denseKernel[row * 3 + 2]!) / 3,
    )

  it('counts a category as one feature, and needs no explanation graph', async () => {
    const files = denseOnnxRequest([], { pipeline })
    const explained = await byShapley(files, { row: { size: 14, colour: 'blue' } }, { label: 'three' })
    const weights = score(2)
    expect(explained).toMatchObject({
      method: 'sampled-shapley',
      label: 'three',
      samples: 128,
      baseline: { size: 10, colour: 'red' },
    })
    expect(explained.attributions['size']).toBeCloseTo(2 * weights[0]!, 5)
    expect(explained.attributions['colour']).toBeCloseTo(weights[3]! - weights[1]!, 5)
    for (const error of Object.values(explained.standardErrors)) expect(error).toBeCloseTo(0, 5)
    expect(explained.completeness.gap).toBeLessThan(1e-6)
  })

  it('compares with the row of the package, and with what the caller says of single features', async () => {
    const files = explainedDense({ pipeline, baselines: { row: { size: 12, colour: 'green' } } })
    const call = (baseline?: Record<string, string>) =>
      byShapley(
        files,
        { row: { size: 14, colour: 'blue' } },
        { label: 'one', ...(baseline ? { baseline: { row: baseline } } : {}) },
      )
    expect((await call()).baseline).toEqual({ size: 12, colour: 'green' })
    const other = await call({ colour: 'blue' })
    expect(other.baseline).toEqual({ size: 12, colour: 'blue' })
    expect(other.attributions['colour']).toBe(0)
    expect(other.attributions['size']).toBeCloseTo(score(0)[0]!, 5)
  })

  const product = tinyGraphRequest(
    {
      inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 3] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 1] }],
      nodes: [{ op: 'ReduceProd', inputs: ['x'], outputs: ['y'], attributes: { keepdims: 1, axes: [1] } }],
    },
    [],
    {
      pipeline: {
        inputs: [
          {
            kind: 'table',
            name: 'row',
            tensor: 'x',
            features: ['a', 'b', 'c'].map((name) => ({ kind: 'number' as const, name, impute: 1 })),
          },
        ],
        outputs: [{ kind: 'regression', tensor: 'y', unit: 'points', scale: 2, offset: 1, max: 5 }],
      },
    },
  )
  const enumerated = (to: readonly number[]): number[] => {
    const worth = (set: readonly number[]) => 2 * set.reduce((all, player) => all * to[player]!, 1)
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ]
    return [0, 1, 2].map((player) => {
      const gains = orders.map((order) => {
        const before = order.slice(0, order.indexOf(player))
        return worth([...before, player]) - worth(before)
      })
      return gains.reduce((sum, gain) => sum + gain, 0) / orders.length
    })
  }

  it('is within its standard errors of the exact values where features interact; a missing value is the usual one', async () => {
    const explained = await byShapley(product, { row: { a: 3, b: 2, c: 5 } }, { samples: 1000, seed: 3 })
    expect(explained).toMatchObject({
      unit: 'points',
      output: 61,
      baselineOutput: 3,
      completeness: { difference: 58 },
    })
    enumerated([3, 2, 5]).forEach((exact, i) => {
      const name = ['a', 'b', 'c'][i]!
      expect(Math.abs(explained.attributions[name]! - exact)).toBeLessThan(
        4 * explained.standardErrors[name]!,
      )
    })
    expect(explained.completeness.sum).toBeCloseTo(58, 4)
    const missing = await byShapley(product, { row: { a: 3, b: null, c: 5 } }, { samples: 8 })
    expect(missing.attributions['b']).toBe(0)
    expect(missing.standardErrors['b']).toBe(0)
    const same = await byShapley(product, { row: { a: 1, b: 1, c: 1 } })
    expect(same.attributions).toEqual({ a: 0, b: 0, c: 0 })
  })

  it('repeats itself for the same seed, and takes models of one row', async () => {
    const row = { a: 3, b: 2, c: 5 }
    const [first, again, other] = [
      await byShapley(product, { row }, { samples: 4, seed: 1 }),
      await byShapley(product, { row }, { samples: 4, seed: 1 }),
      await byShapley(product, { row }, { samples: 4, seed: 5 }),
    ]
    expect(again.attributions).toEqual(first.attributions)
    expect(other.attributions).not.toEqual(first.attributions)
    const { manifest } = product
    const oneRow = { ...manifest.signature, inputs: [{ ...manifest.signature.inputs[0]!, shape: [1, 3] }] }
    const single = await byShapley(
      { ...product, manifest: { ...manifest, signature: oneRow } },
      { row },
      { samples: 4, seed: 1 },
    )
    expect(single.attributions).toEqual(first.attributions)
  })

  it('works with tfjs packages', async () => {
    const explained = await byShapley(
      denseLayersRequest([], { pipeline }),
      { row: { size: 14, colour: 'blue' } },
      { label: 'three' },
    )
    expect(explained.attributions['size']).toBeCloseTo(2 * score(2)[0]!, 4)
  })
})

describe('an image', () => {
  const pipeline: Pipeline = {
    inputs: [
      {
        kind: 'image',
        name: 'photo',
        tensor: 'x',
        layout: 'nchw',
        steps: [
          { op: 'background', colour: [255, 255, 255] },
          { op: 'greyscale' },
          { op: 'crop', to: { kind: 'square' } },
          { op: 'scale', by: 1 / 255 },
        ],
      },
    ],
    outputs: [],
  }
  // Flatten is the model: y holds the pixels, so the gradient of element i is 1 at pixel i.
  const flat = tinyGraphRequest(
    {
      inputs: [{ name: 'x', dtype: 'float32', shape: ['batch', 1, 2, 2] }],
      outputs: [{ name: 'y', dtype: 'float32', shape: ['batch', 4] }],
      nodes: [{ op: 'Flatten', inputs: ['x'], outputs: ['y'] }],
    },
    [],
    { pipeline },
  )
  const explanation = {
    inference: '0'.repeat(64),
    graph: { sha256: '0'.repeat(64), size: 1 },
    inputs: [{ name: 'x', dtype: 'float32' as const, shape: [2, 1, 2, 2] }],
    output: { name: 'y', dtype: 'float32' as const, shape: [2, 4] },
    selection: 'selection',
    gradients: [{ input: 'x', output: 'slope' }],
  }
  const files = (baselines?: Record<string, number>) => {
    const graph = tinyOnnx({
      inputs: [...explanation.inputs, { ...explanation.output, name: 'selection' }],
      outputs: [explanation.output, { ...explanation.inputs[0]!, name: 'slope' }],
      nodes: [
        { op: 'Flatten', inputs: ['x'], outputs: ['y'] },
        { op: 'Shape', inputs: ['x'], outputs: ['size'] },
        { op: 'Reshape', inputs: ['selection', 'size'], outputs: ['slope'] },
      ],
    })
    const section = { ...explanation, ...(baselines ? { baselines } : {}) }
    return { ...flat, manifest: { ...flat.manifest, explanation: section }, explanation: graph }
  }
  // Two pixels high and four wide: the middle square is what the model sees.
  const photo = {
    width: 4,
    height: 2,
    data: Uint8ClampedArray.from([9, 0, 51, 9, 9, 102, 204, 9].flatMap((grey) => [grey, grey, grey, 255])),
  }

  it('is compared with its background, and mapped to where it was taken from', async () => {
    const explained = await byGradients(files(), { photo }, { index: 1 })
    expect(explained).toMatchObject({ output: expect.closeTo(0.2, 5), baselineOutput: 1 })
    const map = explained.maps['photo']!
    expect(map).toMatchObject({ width: 2, height: 2, area: { left: 1, top: 0, width: 2, height: 2 } })
    close(map.data, [0, -0.8, 0, 0])
    expect(explained.attributions['x']!.shape).toEqual([1, 1, 2, 2])
  })

  it('is compared with the grey or the image that is asked for', async () => {
    const ofThird = async (baseline?: Baseline, declared?: Record<string, number>) => {
      const given = baseline ? { baseline } : {}
      return (await byGradients(files(declared), { photo }, { index: 2, ...given })).maps['photo']!.data[2]
    }
    expect(await ofThird(undefined, { photo: 0 })).toBeCloseTo(0.4, 5)
    expect(await ofThird({ photo: 0.6 }, { photo: 0 })).toBeCloseTo(-0.2, 5)
    const plain = {
      ...photo,
      data: new Uint8ClampedArray(32).fill(51).map((value, i) => (i % 4 === 3 ? 255 : value)),
    }
    expect(await ofThird({ photo: plain })).toBeCloseTo(0.2, 5)
  })

  it('may be its tensor: the map has no place then', async () => {
    const tensor = floats([0, 0.2, 0.4, 0.8], [1, 1, 2, 2])
    for (const inputs of [{ photo: tensor }, { x: tensor }]) {
      const { maps } = await byGradients(files(), inputs, { index: 3 })
      expect(maps['photo']!.area).toBeUndefined()
      close(maps['photo']!.data, [0, 0, 0, -0.2])
    }
  })

  it('refuses two at once', async () => {
    await expect(explain(files(), { photo: [photo, photo] })).rejects.toMatchObject({
      code: 'INPUT_SHAPE',
    })
  })
})

describe('what cannot be explained', () => {
  const pipeline: Pipeline = { inputs: [], outputs: labels }

  it('tells that the package was packed without', async () => {
    await expect(explain(denseOnnxRequest([]), { x })).rejects.toMatchObject({
      code: 'TRAINING_UNAVAILABLE',
      message: expect.stringContaining('--explain'),
    })
    const { explanation: _, ...without } = explainedDense()
    await expect(explain(without, { x })).rejects.toMatchObject({ code: 'TRAINING_UNAVAILABLE' })
  })

  it.each<[string, Parameters<Explain>[1], RegExp]>([
    ['an unknown label', { label: 'four' }, /no label "four"; it has one, two, three/],
    ['an element that is not there', { index: 3 }, /elements 0 to 2/],
    ['no steps', { steps: 0 }, /"steps"/],
    ['steps beyond all measure', { steps: 1e9 }, /"steps"/],
    ['half a sample', { samples: 1.5 }, /"samples"/],
    ['a seed that is none', { seed: -1 }, /"seed"/],
    ['a label that is none', { label: 3 as never }, /"label"/],
    ['a baseline that is none', { baseline: 0 as never }, /"baseline"/],
    ['a baseline of nothing', { baseline: { z: 0 } }, /"z" is none/],
    ['a baseline that is no number', { baseline: { x: NaN } }, /"baseline.x"/],
    ['a baseline of words', { baseline: { x: { a: 1 } } }, /tensor or a number/],
    [
      'a baseline of another shape',
      { baseline: { x: floats([0, 0, 0, 0, 0, 0, 0, 0], [2, 4]) } },
      /shape \[2, 4\]/,
    ],
  ])('refuses %s', async (_, settings, message) => {
    const call = explain(explainedDense({ pipeline }), { x }, settings)
    await expect(call).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
    })
  })

  it('refuses a label where there are none, inputs that do not fit, and several examples', async () => {
    const call = (...args: Parameters<Explain>) => explain(explainedDense({ pipeline }), ...args)
    await expect(explain(explainedDense(), { x }, { label: 'one' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    await expect(call({})).rejects.toMatchObject({ code: 'INPUT_NAME' })
    await expect(call({ x: floats([1, 2, 3], [1, 3]) })).rejects.toMatchObject({ code: 'INPUT_SHAPE' })
    await expect(call({ x: floats([1, 2, 3, NaN], [1, 4]) })).rejects.toMatchObject({ code: 'INPUT_VALUE' })
    await expect(call({ x: floats([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]) })).rejects.toMatchObject({
      code: 'INPUT_SHAPE',
    })
    const two = { x: floats([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]) }
    for (const request of [explainedDense(), denseLayersRequest([])])
      await expect(explain(request, two, { index: 0 })).rejects.toMatchObject({ code: 'INPUT_SHAPE' })
    await expect(call({ x }, { baseline: { x: floats([1, 2, 3, NaN], [1, 4]) } })).rejects.toMatchObject({
      code: 'INPUT_VALUE',
    })
  })

  it('says which options are wrong before it asks for the graph', async () => {
    const { explanation: _, ...without } = explainedDense({ pipeline })
    await expect(explain(without, { x }, { steps: 0 })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('refuses after the end', async () => {
    const tiny = await openPackage(explainedDense())
    await tiny.explain({ x })
    await tiny.release()
    await expect(tiny.explain({ x })).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

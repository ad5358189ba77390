import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { federatedProblem, mixedShards } from './federated.ts'
import type { Manifest } from './manifest.ts'

const hash = (digit: string): string => digit.repeat(64)
const tensor = (name: string, offset: number, size: number) => ({
  name,
  dtype: 'float32',
  shape: [size / 4],
  offset,
  size,
})

/** 2,000 bytes in three shards: a frozen one, and two that hold parts of the trained tensor `head` beside frozen ones. */
const base: Manifest = {
  format: 1,
  model: 'digits',
  version: '1.0.0',
  engine: 'tfjs',
  graph: { sha256: hash('a'), size: 10 },
  parameters: {
    path: 'weights.bin',
    size: 2000,
    shards: [
      { sha256: hash('1'), size: 800 },
      { sha256: hash('2'), size: 700 },
      { sha256: hash('3'), size: 500 },
    ],
    tensors: [tensor('body', 0, 1000), tensor('head', 1000, 600), tensor('tail', 1600, 400)],
  },
  signature: {
    inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
    outputs: [{ name: 'y', dtype: 'float32', shape: [2] }],
  },
  pipeline: {
    inputs: [],
    outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels: ['cat', 'dog'] }],
  },
  training: {
    inference: hash('a'),
    recipe: { loss: { kind: 'mse' }, optimiser: { kind: 'sgd' }, learningRate: 0.1, batch: 1, epochs: 1 },
    inputs: [{ name: 'x', dtype: 'float32', shape: [1] }],
    targets: { name: 't', dtype: 'float32', shape: [2] },
    tensors: ['head'],
  },
  card: { title: 'Digits', summary: 'Reads digits.' },
}

const withShards = (...sha256: string[]): Manifest['parameters'] => ({
  ...base.parameters,
  shards: base.parameters.shards.map((shard, index) => ({ ...shard, sha256: sha256[index] ?? shard.sha256 })),
})
const federated: Manifest = {
  ...base,
  version: '1.0.1',
  parent: '1.0.0',
  base: '1.0.0',
  parameters: withShards(hash('1'), hash('7'), hash('8')),
  card: { title: 'Digits', summary: 'Reads digits better.' },
}

describe('a federated version', () => {
  it('may change shards with trained tensors, and says what of them it has to repeat', () => {
    expect(federatedProblem(federated, base)).toBeUndefined()
    expect(mixedShards(federated, base)).toEqual([
      { base: base.parameters.shards[1], shard: federated.parameters.shards[1], frozen: [[0, 200]] },
      { base: base.parameters.shards[2], shard: federated.parameters.shards[2], frozen: [[100, 500]] },
    ])
  })

  it('has nothing to be compared where no shard changed', () => {
    const same = { ...federated, parameters: base.parameters }
    expect(federatedProblem(same, base)).toBeUndefined()
    expect(mixedShards(same, base)).toEqual([])
  })

  const probes: NonNullable<Manifest['probes']> = {
    inputs: { sha256: hash('4'), size: 4 },
    outputs: { sha256: hash('5'), size: 8 },
    cases: [
      {
        inputs: [{ name: 'x', dtype: 'float32', shape: [1], offset: 0, size: 4 }],
        outputs: [{ name: 'y', dtype: 'float32', shape: [2], offset: 0, size: 8 }],
      },
    ],
    tolerance: { absolute: 1e-5, relative: 1e-4 },
    source: 'author',
  }

  it('gives other outputs to the probe inputs of its base, and none to other inputs, nor more tolerance', () => {
    const [mine, theirs] = [
      { ...federated, probes: { ...probes, outputs: { sha256: hash('6'), size: 8 }, source: 'computed' } },
      { ...base, probes },
    ] as const
    expect(federatedProblem(mine, theirs)).toBeUndefined()
    for (const other of [
      { ...federated, probes: { ...mine.probes, inputs: { sha256: hash('7'), size: 4 } } },
      { ...federated, probes: { ...mine.probes, tolerance: { absolute: 1, relative: 1 } } },
      federated,
    ])
      expect(federatedProblem(other, theirs)).toMatch(/another probes/)
    expect(federatedProblem(mine, base)).toMatch(/another probes/)
  })

  const labels = (list: string[]): Manifest['pipeline'] => ({
    inputs: [],
    outputs: [{ kind: 'classification', tensor: 'y', activation: 'softmax', labels: list }],
  })
  const { pipeline: _, ...piped } = federated
  const { training: __, ...untrained } = base
  it.each<[string, Manifest, Manifest, RegExp]>([
    [
      'inputs that go elsewhere',
      { ...federated, next: { kind: 'cascade', below: 1, remote: true } },
      base,
      /another next/,
    ],
    [
      'no guards',
      federated,
      { ...base, guards: { confidence: { least: 0.5, then: 'mark' } } },
      /another guards/,
    ],
    ['another graph', { ...federated, graph: { sha256: hash('b'), size: 10 } }, base, /another graph/],
    ['another label', { ...federated, pipeline: labels(['cat', 'cow']) }, base, /another pipeline/],
    ['labels in another order', { ...federated, pipeline: labels(['dog', 'cat']) }, base, /another pipeline/],
    ['no pipeline', piped, base, /another pipeline/],
    [
      'another signature',
      {
        ...federated,
        signature: { ...base.signature, inputs: [{ name: 'z', dtype: 'float32', shape: [1] }] },
      },
      base,
      /another signature/,
    ],
    ['another engine', { ...federated, engine: 'onnx' }, base, /another engine/],
    ['another model', { ...federated, model: 'wine' }, base, /another model/],
    [
      'requirements of its own',
      { ...federated, requirements: { sdk: '9.0.0' } },
      base,
      /another requirements/,
    ],
    [
      'more to be trained',
      { ...federated, training: { ...base.training!, tensors: ['head', 'body'] } },
      base,
      /another training/,
    ],
    [
      'a changed frozen shard',
      { ...federated, parameters: withShards(hash('9')) },
      base,
      /no trained tensor/,
    ],
    [
      'a tensor moved',
      { ...federated, parameters: { ...federated.parameters, tensors: [tensor('head', 0, 2000)] } },
      base,
      /laid out otherwise/,
    ],
    [
      'shards cut elsewhere',
      {
        ...federated,
        parameters: { ...base.parameters, shards: [{ sha256: hash('7'), size: 2000 }] },
      },
      base,
      /laid out otherwise/,
    ],
    [
      'variants',
      {
        ...federated,
        variants: [{ precision: 'fp16', graph: base.graph, parameters: base.parameters }],
      },
      base,
      /has variants/,
    ],
    [
      'a lookup',
      {
        ...federated,
        lookup: {
          keys: base.graph,
          outputs: base.graph,
          tensors: [{ name: 'y', dtype: 'float32', shape: [1] }],
        },
      },
      base,
      /has a lookup/,
    ],
    ['another base', { ...federated, base: '0.9.0' }, base, /not trained from 1\.0\.0/],
    ['no base', base, base, /not trained from/],
    ['a federated base', federated, { ...base, base: '0.9.0' }, /federated version itself/],
    ['a base that is not to be trained', federated, untrained, /not to be trained/],
  ])('with %s is refused', (_what, manifest, base, problem) => {
    expect(federatedProblem(manifest, base)).toMatch(problem)
  })

  it('repeats bytes that a frozen tensor shares with a trained one', () => {
    const tensors = [...base.parameters.tensors, tensor('tied', 1200, 100)]
    const tied = { ...base, parameters: { ...base.parameters, tensors } }
    const trained = { ...federated, parameters: { ...federated.parameters, tensors } }
    expect(mixedShards(trained, tied)[0]!.frozen).toEqual([
      [0, 200],
      [400, 500],
    ])
  })

  it('repeats every byte but those of trained tensors alone, however tensors and shards lie', () => {
    const layout = fc.record({
      shards: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 6 }),
      tensors: fc.array(fc.record({ offset: fc.nat(30), size: fc.nat(12), trained: fc.boolean() }), {
        maxLength: 6,
      }),
    })
    fc.assert(
      fc.property(layout, ({ shards: sizes, tensors: drawn }) => {
        const size = sizes.reduce((sum, part) => sum + part, 0)
        const tensors = drawn
          .filter(({ offset, size: length }) => offset + length <= size)
          .map(({ offset, size, trained }, index) => ({ ...tensor(`${index}`, offset, size), trained }))
        const names = tensors.flatMap(({ name, trained }) => (trained ? [name] : []))
        const parameters = {
          path: 'w',
          size,
          tensors,
          shards: sizes.map((size) => ({ sha256: hash('1'), size })),
        }
        const before: Manifest = {
          ...base,
          parameters,
          training: { ...base.training!, tensors: names },
        }
        const after: Manifest = {
          ...before,
          base: '1.0.0',
          parameters: { ...parameters, shards: sizes.map((size) => ({ sha256: hash('2'), size })) },
        }
        const free = Array.from({ length: size }, (_, at) => {
          const here = tensors.filter(({ offset, size }) => at >= offset && at < offset + size)
          return here.length > 0 && here.every(({ trained }) => trained)
        })
        let start = 0
        const frozenWhole = sizes.some((length) => {
          start += length
          return free.slice(start - length, start).every((trained) => !trained)
        })
        expect(federatedProblem(after, before) !== undefined).toBe(frozenWhole)
        if (frozenWhole) return
        const told = Array.from({ length: size }, () => true)
        const mixed = mixedShards(after, before)
        start = 0
        for (const [index, length] of sizes.entries()) {
          const bytes = free.slice(start, start + length)
          const found = bytes.includes(false) ? mixed.shift() : undefined
          for (const [from, to] of found?.frozen ?? [])
            for (let at = from; at < to; at++) told[start + at] = false
          expect(found?.shard.size ?? length, `shard ${index}`).toBe(length)
          start += length
        }
        expect(told).toEqual(free)
        expect(mixed).toEqual([])
      }),
    )
  })
})

import { canonicalBytes } from '../src/canonical.ts'
import type { Manifest } from '../src/manifest.ts'
import type { Rollout } from '../src/rollout.ts'

const sha256 = (digit: string) => digit.repeat(64)

/** A manifest that uses every part of the format. */
export const manifest: Manifest = {
  format: 1,
  model: 'wine',
  version: '1.1.0',
  parent: '1.0.0',
  engine: 'onnx',
  graph: { sha256: sha256('a'), size: 1234 },
  parameters: {
    path: 'parameters.bin',
    size: 192,
    shards: [
      { sha256: sha256('b'), size: 128 },
      { sha256: sha256('c'), size: 64 },
    ],
    tensors: [
      { name: 'fc1.weight', dtype: 'float32', shape: [11, 2], offset: 0, size: 88 },
      { name: 'fc1.bias', dtype: 'float32', shape: [2], offset: 128, size: 8 },
    ],
  },
  precision: 'fp32',
  variants: [
    {
      precision: 'fp16',
      graph: { sha256: sha256('1'), size: 1300 },
      parameters: {
        path: 'parameters.bin',
        size: 64,
        shards: [{ sha256: sha256('2'), size: 64 }],
        tensors: [{ name: 'fc1.weight', dtype: 'float16', shape: [11, 2], offset: 0, size: 44 }],
      },
      probes: {
        inputs: { sha256: sha256('8'), size: 24 },
        outputs: { sha256: sha256('3'), size: 4 },
        cases: [
          {
            inputs: [{ name: 'features', dtype: 'float32', shape: [1, 2], offset: 0, size: 8 }],
            outputs: [{ name: 'quality', dtype: 'float32', shape: [1, 1], offset: 0, size: 4 }],
          },
        ],
        tolerance: { absolute: 0.01, relative: 0.01 },
        source: 'computed',
      },
      metrics: { mae: 0.57 },
    },
  ],
  signature: {
    inputs: [{ name: 'features', dtype: 'float32', shape: ['batch', 2], finite: true }],
    outputs: [{ name: 'quality', dtype: 'float32', shape: ['batch', 1] }],
  },
  pipeline: {
    inputs: [
      {
        kind: 'table',
        name: 'wine',
        tensor: 'features',
        features: [
          {
            kind: 'number',
            name: 'alcohol',
            unit: '% vol',
            impute: 10,
            standardise: { mean: 10.5, std: 1.2 },
            checks: [{ kind: 'range', min: 0, max: 20 }],
          },
          {
            kind: 'category',
            name: 'colour',
            categories: ['white', 'red'],
            encode: 'index',
            unseen: 'refuse',
          },
        ],
      },
    ],
    outputs: [
      {
        kind: 'regression',
        tensor: 'quality',
        unit: 'points',
        bands: [
          { from: 0, label: 'poor' },
          { from: 6, label: 'good' },
        ],
      },
    ],
  },
  training: {
    inference: sha256('a'),
    recipe: {
      trainable: ['fc1.*'],
      loss: { kind: 'huber', delta: 2 },
      optimiser: { kind: 'momentum', decay: 0.9, nesterov: true },
      weightDecay: 0.01,
      clipNorm: 1,
      proximal: 0.1,
      accumulate: 2,
      learningRate: 0.05,
      batch: 4,
      epochs: 3,
    },
    inputs: [{ name: 'features', dtype: 'float32', shape: [4, 2] }],
    targets: { name: 'targets', dtype: 'float32', shape: [4, 1] },
    tensors: ['fc1.weight', 'fc1.bias'],
    graph: {
      file: { sha256: sha256('e'), size: 4321 },
      slots: ['fc1.weight', 'fc1.bias'].map((input) => ({
        input,
        output: `${input}/next`,
        anchor: `${input}/anchor`,
        state: [{ input: `${input}/velocity`, output: `${input}/velocity/next` }],
      })),
      learningRate: 'learning_rate',
      step: 'step',
      loss: 'loss',
      metrics: ['mae'],
    },
  },
  explanation: {
    inference: sha256('a'),
    graph: { sha256: sha256('f'), size: 2345 },
    inputs: [{ name: 'features', dtype: 'float32', shape: [16, 2] }],
    output: { name: 'quality', dtype: 'float32', shape: [16, 1] },
    selection: 'selection',
    gradients: [{ input: 'features', output: 'features/gradient' }],
    baselines: { wine: { alcohol: 10.5, colour: 'white' } },
  },
  probes: {
    inputs: { sha256: sha256('8'), size: 24 },
    outputs: { sha256: sha256('9'), size: 12 },
    cases: [
      {
        inputs: [{ name: 'features', dtype: 'float32', shape: [1, 2], offset: 0, size: 8 }],
        outputs: [{ name: 'quality', dtype: 'float32', shape: [1, 1], offset: 0, size: 4 }],
      },
      {
        inputs: [{ name: 'features', dtype: 'float32', shape: [2, 2], offset: 8, size: 16 }],
        outputs: [{ name: 'quality', dtype: 'float32', shape: [2, 1], offset: 4, size: 8 }],
      },
    ],
    tolerance: { absolute: 1e-4, relative: 1e-3, labels: 1 },
    source: 'author',
  },
  guards: {
    inputs: [
      { kind: 'range', input: 'wine', feature: 'alcohol', min: 8, max: 15, then: 'mark' },
      { kind: 'set', input: 'wine', feature: 'colour', values: ['white', 'red'], then: 'abstain' },
    ],
    outputs: [
      { kind: 'finite', output: 'quality', then: 'abstain' },
      { kind: 'range', output: 'quality', of: 'each', min: 0, max: 10, then: 'fallback' },
    ],
    fallback: { kind: 'value', value: 5 },
  },
  next: { kind: 'chain', model: 'price', inputs: { points: 'quality' } },
  baseline: { sha256: sha256('4'), size: 2048 },
  requirements: {
    sdk: '0.1.0',
    engine: { from: '1.22.0', below: '2.0.0' },
    memory: 1024,
    features: ['wasm-simd'],
  },
  card: {
    title: 'Wine',
    summary: 'Quality of white wine',
    licence: 'CC-BY-4.0',
    metrics: { mae: 0.5 },
    document: { sha256: sha256('d'), size: 10 },
  },
}

/** A rollout with a champion, a challenger and an older version. */
export const rollout: Rollout = {
  format: 1,
  model: 'wine',
  revision: 3,
  champion: '1.1.0',
  challenger: '2.0.0-rc.1',
  versions: [
    {
      version: '2.0.0-rc.1',
      manifest: { sha256: sha256('1'), size: 900 },
      requirements: { features: ['webgpu'] },
    },
    { version: '1.1.0', manifest: { sha256: sha256('2'), size: 900 } },
    { version: '1.0.0', manifest: { sha256: sha256('3'), size: 900 } },
  ],
}

/** `document` with the value at `path` replaced; `undefined` takes it away. */
export function changed(document: object, path: string, value: unknown): Record<string, unknown> {
  const copy = JSON.parse(JSON.stringify(document)) as Record<string, unknown>
  const keys = path.split('.')
  const last = keys.pop()!
  const owner = keys.reduce((place, key) => place[key] as Record<string, unknown>, copy)
  owner[last] = value
  return copy
}

/** Bytes of a document as they lie on the server. */
export const bytesOf = (document: unknown): Uint8Array<ArrayBuffer> => canonicalBytes(document)

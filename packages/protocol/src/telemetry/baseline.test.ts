import { describe, expect, it } from 'vitest'

import { manifest } from '../../test/documents.ts'
import { failure } from '../../test/failure.ts'
import { allFiles } from '../manifest-files.ts'
import { type Baseline, parseBaseline } from './baseline.ts'

const baseline: Baseline = {
  format: 1,
  model: 'wine',
  version: '1.1.0',
  samples: 2,
  features: {
    raw: {
      alcohol: {
        kind: 'numeric',
        count: 2,
        missing: 0,
        mismatched: 0,
        failed: 0,
        nonFinite: 0,
        moments: { count: 2, mean: 10, m2: 2, min: 9, max: 11 },
        histogram: [1, 1],
      },
    },
  },
}
const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))

describe('a baseline', () => {
  it('is read as it was written, of the version that names it or that it was federated from', () => {
    expect(parseBaseline(bytesOf(baseline), manifest)).toEqual(baseline)
    const federated = { ...manifest, version: '1.2.0', base: '1.1.0' }
    expect(parseBaseline(bytesOf(baseline), federated)).toEqual(baseline)
  })

  it.each([
    ['no JSON', new TextEncoder().encode('{')],
    ['of another version', bytesOf({ ...baseline, version: '1.0.0' })],
    ['of another model', bytesOf({ ...baseline, model: 'digits' })],
    ['of another format', bytesOf({ ...baseline, format: 2 })],
    ['with a negative count', bytesOf({ ...baseline, samples: -1 })],
    ['with a field too many', bytesOf({ ...baseline, rows: [[1, 2]] })],
    ['with a metric that is no number', bytesOf({ ...baseline, evaluation: { metrics: { mae: null } } })],
  ])('is refused where it is %s', (_, bytes) => {
    expect(failure(() => parseBaseline(bytes, manifest)).code).toBe('DATA_INVALID')
  })

  it('is one of the files of its version', () => {
    expect(allFiles(manifest)).toContainEqual(manifest.baseline)
  })
})

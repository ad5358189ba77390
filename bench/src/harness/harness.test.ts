import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { interleaved } from './interleaved.ts'
import { type Row, unmeasured } from './row.ts'
import { quantile, round, summarise } from './statistics.ts'
import { meets, table } from './table.ts'
import { tried } from './tried.ts'

describe('quantile', () => {
  it('interpolates as R does by default', () => {
    const samples = [40, 10, 30, 20]
    expect(quantile(samples, 0.25)).toBe(17.5)
    expect(summarise(samples)).toEqual({ median: 25, quartiles: [17.5, 32.5] })
    expect(quantile([7], 0.99)).toBe(7)
    expect(quantile([], 0.5)).toBeNaN()
  })

  it('lies within the samples and grows with q', () => {
    const samples = fc.array(fc.double({ noNaN: true, min: -1e6, max: 1e6 }), { minLength: 1 })
    const share = fc.double({ noNaN: true, min: 0, max: 1 })
    fc.assert(
      fc.property(samples, share, share, (values, a, b) => {
        const [low, high] = [quantile(values, Math.min(a, b)), quantile(values, Math.max(a, b))]
        const slack = 1e-9
        expect(low).toBeGreaterThanOrEqual(Math.min(...values) - slack)
        expect(high).toBeLessThanOrEqual(Math.max(...values) + slack)
        expect(low).toBeLessThanOrEqual(high + slack)
      }),
    )
  })
})

describe('interleaved', () => {
  it('takes turns, and lets each side go first every other time', async () => {
    const order: string[] = []
    const side = (name: string) => () => Promise.resolve(order.push(name))
    const taken = await interleaved({ a: side('a'), b: side('b') }, 3)
    expect(order).toEqual(['a', 'b', 'b', 'a', 'a', 'b'])
    expect(taken).toEqual({ a: [1, 4, 5], b: [2, 3, 6] })
  })

  it('ends early where there is no more time, after one sample of each', async () => {
    expect(await interleaved({ a: () => Promise.resolve(1), b: () => Promise.resolve(2) }, 3, 0)).toEqual({
      a: [1],
      b: [2],
    })
  })
})

describe('what is tried', () => {
  const planned = { id: 'x', unit: 'ms', target: '<= 16' }

  it('gives its rows, and where it fails each of them with the reason', async () => {
    const row: Row = { ...planned, ours: 1, peers: {}, samples: 1, note: '' }
    expect(await tried([planned], () => Promise.resolve([row]))).toEqual([row])
    const failing = (): Promise<Row[]> => Promise.reject(new Error('no browser\nat all'))
    expect(await tried([planned, { ...planned, id: 'y' }], failing)).toEqual([
      unmeasured(planned, 'Error: no browser'),
      unmeasured({ ...planned, id: 'y' }, 'Error: no browser'),
    ])
  })
})

describe('the table', () => {
  const row: Row = {
    id: 'x',
    unit: 'ratio',
    ours: 1.0249,
    target: '<= 1.03',
    peers: { other: 81.25 },
    samples: 10,
    note: 'wasm',
  }

  it.each([
    [{ ours: 1.03, target: '<= 1.03' }, true],
    [{ ours: 1.04, target: '<= 1.03' }, false],
    [{ ours: 3, target: '>= 2.5' }, true],
    [{ ours: 3, target: 'reported' }, undefined],
    [{ ours: null, target: '<= 1' }, undefined],
  ])('knows whether %o meets its target', (figures, expected) => {
    expect(meets(figures)).toBe(expected)
  })

  it('shows every row with its note, also one that was not measured', () => {
    const text = table([row, unmeasured({ id: 'y', unit: 'ms', target: '<= 16' }, 'no trace')])
    expect(text.split('\n')).toEqual([
      'id  ours  unit   target   met  peers       samples',
      'x   1.02  ratio  <= 1.03  yes  other 81.3  10',
      '  wasm',
      'y   -     ms     <= 16                     0',
      '  no trace',
    ])
  })

  it('rounds to what the noise leaves', () => {
    expect([round(0.123456), round(12.3456), round(1234.5)]).toEqual([0.123, 12.3, 1235])
  })
})

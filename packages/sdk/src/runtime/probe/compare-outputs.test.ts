import type { Tensor } from '@homing/protocol'
import { describe, expect, it } from 'vitest'

import { floats } from '../../../test/tiny-packages.ts'
import { compareOutputs } from './compare-outputs.ts'

const tolerance = { absolute: 0.1, relative: 0.01 }
const y = (...data: number[]): { y: Tensor } => ({ y: floats(data, [1, data.length]) })

describe('outputs that are compared', () => {
  it.each<[string, number[], number[], number]>([
    ['are the same', [1, 2], [1, 2], 0],
    ['differ by half of what is allowed', [0], [0.05], 0.5],
    ['differ by what the value allows beside', [100], [100.55], 0.5],
    ['are the same infinities', [Infinity, -Infinity], [Infinity, -Infinity], 0],
  ])('pass where they %s', (_what, want, got, deviation) => {
    const compared = compareOutputs(y(...want), y(...got), tolerance)
    expect(compared.deviation).toBeCloseTo(deviation, 4)
    expect(compared.problem).toBeUndefined()
  })

  it.each<[string, { y: Tensor }, Record<string, Tensor>, RegExp]>([
    ['differ by more', y(1, 0), y(1, 0.2), /element 1 .* instead of 0/],
    ['hold NaN', y(1, 0), y(NaN, 0), /element 0 .* is NaN/],
    ['hold an infinity', y(1), y(Infinity), /is Infinity instead of 1/],
    ['lack an infinity', y(Infinity), y(1e30), /instead of Infinity/],
    ['have the other infinity', y(-Infinity), y(Infinity), /instead of -Infinity/],
    ['are missing', y(1), {}, /"y" is missing/],
    ['are of another shape', y(1, 2), { y: floats([1, 2], [2, 1]) }, /\[2, 1\] instead of .*\[1, 2\]/],
    ['are of another type', y(1), { y: { dtype: 'int32', shape: [1, 1], data: Int32Array.of(1) } }, /int32/],
    ['have the name of a method', { ['toString' as 'y']: y(1).y }, {}, /"toString" is missing/],
  ])('fail where they %s', (_what, want, got, problem) => {
    const compared = compareOutputs(want, got, tolerance)
    expect(compared.deviation).toBeGreaterThan(1)
    expect(compared.problem).toMatch(problem)
  })

  it('have no tolerance where none is given', () => {
    const exact = { absolute: 0, relative: 0 }
    expect(compareOutputs(y(0, 3), y(-0, 3), exact).deviation).toBe(0)
    expect(compareOutputs(y(0), y(1e-30), exact).deviation).toBe(Infinity)
  })

  it('are read as their type says', () => {
    const halves = (...bits: number[]): { y: Tensor } => ({
      y: { dtype: 'float16', shape: [bits.length], data: Uint16Array.from(bits) },
    })
    // 1, -2, the smallest, infinity; against 1.0009765625, -2, 0, infinity
    const compared = compareOutputs(
      halves(0x3c00, 0xc000, 0x0001, 0x7c00),
      halves(0x3c01, 0xc000, 0, 0x7c00),
      {
        absolute: 2 ** -10,
        relative: 0,
      },
    )
    expect(compared.deviation).toBeCloseTo(1, 6)
    const whole = (data: bigint[]): { y: Tensor } => ({
      y: { dtype: 'int64', shape: [data.length], data: BigInt64Array.from(data) },
    })
    expect(compareOutputs(whole([5n, -7n]), whole([5n, -8n]), tolerance).deviation).toBeGreaterThan(1)
  })

  it('agree on labels row by row; where values are on a par, either may come first', () => {
    const rows = (...data: number[]): { y: Tensor } => ({ y: floats(data, [data.length / 2, 2]) })
    const compared = compareOutputs(rows(1, 9, 5, 5.05, 8, 2), rows(1, 9, 5.05, 5, 2, 8), tolerance)
    expect(compared).toMatchObject({ rows: 3, agreeing: 2 })
  })

  it.each<[string, Tensor]>([
    ['NaN', floats([NaN], [1])],
    ['strings', { dtype: 'string', shape: [1], data: ['a'] }],
  ])('cannot be wanted as %s', (_what, wanted) => {
    expect(() => compareOutputs({ y: wanted }, { y: wanted }, tolerance)).toThrow(
      expect.objectContaining({ code: 'PROBE_INVALID' }),
    )
  })
})

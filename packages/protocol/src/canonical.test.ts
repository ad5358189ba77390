import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { canonicalBytes } from './canonical.ts'
import { HomingError } from './homing-error.ts'

const text = (value: unknown) => new TextDecoder('utf-8').decode(canonicalBytes(value))

/** The same JSON value with the keys of every object in another order. */
function reordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reordered)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, item]) => [key, reordered(item)]),
  )
}

describe('canonicalBytes', () => {
  it('gives the bytes of the example in RFC 8785, section 3.2.2', () => {
    const example = {
      numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(text(example)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('sorts keys by UTF-16 code units (RFC 8785, section 3.2.3)', () => {
    const keys = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6']
    const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33']
    expect(text(Object.fromEntries(keys.map((key) => [key, 0])))).toBe(
      `{${sorted.map((key) => `${JSON.stringify(key)}:0`).join(',')}}`,
    )
  })

  it('depends on the value and not on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(text(reordered(value))).toBe(text(value))
        expect(text(JSON.parse(text(value)))).toBe(text(value))
      }),
    )
  })

  it('loses nothing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(text(value))).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  })

  const cycle: Record<string, unknown> = {}
  cycle['self'] = cycle
  it.each([[undefined], [() => 1], [NaN], [{ a: [Infinity] }], [{ a: 1n }], [cycle]])(
    'refuses %o',
    (value) => {
      expect(() => canonicalBytes(value)).toThrow(HomingError)
    },
  )
})

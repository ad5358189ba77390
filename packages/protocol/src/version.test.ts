import fc from 'fast-check'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'

import { HomingError } from './homing-error.ts'
import { compareVersions, VersionSchema } from './version.ts'

const digit = fc.nat(1).map(String) // few cores, so that pre-releases decide
const number = fc.nat(12).map(String)
const word = fc.stringMatching(/^[0-9]{0,2}[A-Za-z-][0-9A-Za-z-]{0,3}$/)
const version = fc
  .tuple(digit, digit, digit, fc.array(fc.oneof(number, word), { maxLength: 3 }))
  .map(
    ([major, minor, patch, pre]) => `${major}.${minor}.${patch}${pre.length > 0 ? `-${pre.join('.')}` : ''}`,
  )

describe('VersionSchema', () => {
  it.each(['0.0.0', '1.2.3', '999999999.0.0', '1.0.0-alpha', '1.0.0-0.3.7', '1.0.0-x-y-z.--', '1.0.0-0a'])(
    'takes %s',
    (text) => {
      expect(v.is(VersionSchema, text)).toBe(true)
    },
  )

  it.each([
    '',
    '1',
    '1.0',
    '01.0.0',
    '1.0.0-01',
    '1.0.0-',
    '1.0.0-a..b',
    '1.0.0+build',
    'v1.0.0',
    ' 1.0.0',
    '1.0.0\n',
    '1.0.0-ü',
    '1000000000.0.0',
    `1.0.0-${'a'.repeat(64)}`,
  ])('refuses %j', (text) => {
    expect(v.is(VersionSchema, text)).toBe(false)
  })
})

describe('compareVersions', () => {
  // https://semver.org/#spec-item-11, the two chains given there.
  const chains = [
    ['1.0.0', '2.0.0', '2.1.0', '2.1.1'],
    [
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
    ],
  ]

  it.each(chains)('orders as semver.org item 11 does: %s < %s < …', (...chain) => {
    for (let i = 0; i < chain.length; i++) {
      for (let j = 0; j < chain.length; j++) {
        expect(Math.sign(compareVersions(chain[i]!, chain[j]!))).toBe(Math.sign(i - j))
      }
    }
  })

  it('compares numbers as numbers', () => {
    expect(compareVersions('1.9.0', '1.10.0')).toBeLessThan(0)
    expect(compareVersions('1.0.0-rc.9', '1.0.0-rc.10')).toBeLessThan(0)
    expect(compareVersions('1.0.0-10', '1.0.0-9a')).toBeLessThan(0)
    expect(compareVersions('1.0.0-9007199254740992', '1.0.0-9007199254740993')).toBeLessThan(0)
  })

  it('refuses what is no version', () => {
    expect(() => compareVersions('1.0', '1.0.0')).toThrow(HomingError)
  })

  it('is a total order', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareVersions(a, b))).toBe(-Math.sign(compareVersions(b, a)) + 0)
        if (compareVersions(a, b) === 0) expect(a).toBe(b)
        if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
          expect(compareVersions(a, c)).toBeLessThanOrEqual(0)
      }),
    )
  })
})

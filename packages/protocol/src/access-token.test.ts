import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { readAccessClaims } from './access-token.ts'

declare function btoa(text: string): string // every runtime of the tests has it

const encode = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
const token = (payload: unknown): string =>
  `${encode('{"alg":"EdDSA"}')}.${encode(JSON.stringify(payload))}.x`

describe('the claims of a token', () => {
  it('are read, other claims left out', () => {
    const homing = { models: { digits: 1_900_000_000 } }
    expect(readAccessClaims(token({ sub: 'Zoë', exp: 1_800_000_000, homing }))).toEqual({
      exp: 1_800_000_000,
      homing,
    })
  })

  it.each([
    ['an opaque token', 'e3b0c442'],
    ['no payload', 'a..c'],
    ['what is not base64', 'a.*.c'],
    ['what is not JSON', `a.${encode('{')}.c`],
    ['no models', token({ exp: 1 })],
    ['no expiry', token({ homing: { models: {} } })],
    ['an expiry as text', token({ exp: '1', homing: { models: {} } })],
    ['a moment before 1970', token({ exp: 1, homing: { models: { digits: -1 } } })],
    ['a name that is no model', token({ exp: 1, homing: { models: { '../etc': 1 } } })],
    ['models as a list', token({ exp: 1, homing: { models: ['digits'] } })],
  ])('are none in %s', (_what, text) => {
    expect(readAccessClaims(text)).toBeUndefined()
  })

  it('are none in any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(readAccessClaims(text)).toBeUndefined()
      }),
    )
  })
})

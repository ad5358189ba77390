import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { errorCodes } from './error-codes.ts'
import { HomingError } from './homing-error.ts'
import type { ErrorCode } from './retryability.ts'

// Every runtime that the package supports has it; the package's own types know neither DOM nor Node.
declare function structuredClone(value: unknown): unknown

const codes = Object.keys(errorCodes) as ErrorCode[]
const journeys = [
  ['structuredClone', (error: HomingError) => structuredClone(error.toJSON())],
  ['JSON', (error: HomingError) => JSON.parse(JSON.stringify(error)) as unknown],
] as const

describe.each(journeys)('a HomingError through %s', (_, journey) => {
  it('keeps class, code, message, details and cause', () => {
    const inner = new HomingError('HTTP_STATUS', 'The server answered 500', {
      details: { status: 500 },
      cause: new RangeError('low'),
    })
    const outer = new HomingError('MODEL_UNKNOWN', 'No such model', {
      cause: inner,
      details: { model: 'digits', tried: [1, null] },
    })
    const revived = HomingError.from(journey(outer))

    expect(revived).toBeInstanceOf(HomingError)
    expect(revived).toBeInstanceOf(Error)
    expect(revived).toMatchObject({ name: 'HomingError', code: 'MODEL_UNKNOWN', message: 'No such model' })
    expect(revived.details).toEqual({ model: 'digits', tried: [1, null] })
    expect(revived.cause).toBeInstanceOf(HomingError)
    expect(revived.cause).toMatchObject({ code: 'HTTP_STATUS', details: { status: 500 } })
    expect((revived.cause as HomingError).cause).toEqual({ name: 'RangeError', message: 'low' })
  })

  it('is the same after a second journey', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...codes),
        fc.string(),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (code, message, details) => {
          const error = new HomingError(code, message, {
            details,
            cause: new HomingError('INTERNAL', message, { cause: new RangeError(message) }),
          })
          const once = HomingError.from(journey(error))
          expect(HomingError.from(journey(once)).toJSON()).toEqual(once.toJSON())
          expect(once.code).toBe(code)
          expect(once.retryable).toBe(errorCodes[code].retryable)
        },
      ),
    )
  })
})

describe('HomingError.from', () => {
  it('returns a HomingError as it is', () => {
    const error = new HomingError('CLOSED', 'closed')
    expect(HomingError.from(error, 'INTERNAL')).toBe(error)
  })

  it.each([
    [new TypeError('no'), 'no'],
    ['a string', 'a string'],
    [undefined, 'undefined'],
    [null, 'null'],
    [42, '42'],
    [{ message: 'plain' }, 'plain'],
    [{ name: 'HomingError', code: 'NO_SUCH_CODE', message: 'forged' }, 'forged'],
    [{ name: 'HomingError', code: 'toString', message: 'inherited' }, 'inherited'],
    [{ name: 'HomingError', code: 'CLOSED' }, '[object Object]'],
  ])('wraps %o under the given code', (thrown, message) => {
    expect(HomingError.from(thrown, 'ENGINE_FAILED')).toMatchObject({
      code: 'ENGINE_FAILED',
      message,
      cause: thrown,
    })
  })

  it.each([{}, { details: 'text' }, { details: [1] }, { details: null }])(
    'takes data with %o for details',
    (extra) => {
      const revived = HomingError.from({ name: 'HomingError', code: 'CLOSED', message: 'closed', ...extra })
      expect(revived).toMatchObject({ code: 'CLOSED', details: {} })
      expect('cause' in revived).toBe(false)
    },
  )

  it('cuts a chain of causes that has no end', () => {
    const error = new HomingError('INTERNAL', 'round and round')
    Object.defineProperty(error, 'cause', { value: error })
    expect(JSON.stringify(error).match(/round and round/g)!.length).toBeLessThan(20)

    let data: unknown = { name: 'Error', message: 'the first' }
    for (let depth = 0; depth < 20_000; depth++)
      data = { name: 'HomingError', code: 'INTERNAL', message: 'next', cause: data }
    expect(HomingError.from(data)).toMatchObject({ code: 'INTERNAL', message: 'next' })
  })

  it('takes any value without throwing anything', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (value) => {
        expect(HomingError.from(value)).toBeInstanceOf(HomingError)
      }),
    )
  })
})

describe('the error table', () => {
  it.each(codes)('%s says what happened and what to do, in sentences', (code) => {
    expect(errorCodes[code].summary).toMatch(/^[A-Z].*\.$/)
    expect(errorCodes[code].advice).toMatch(/^[A-Z].*\.$/)
  })
})

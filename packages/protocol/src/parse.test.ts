import { describe, expect, it } from 'vitest'

import { failure } from '../test/failure.ts'
import { parseJsonBytes } from './parse.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

describe('parseJsonBytes', () => {
  it('reads JSON, also after white space', () => {
    expect(parseJsonBytes(bytes(' {"a":[1,"ü"]}\n'), 'MANIFEST_INVALID', 'The manifest')).toEqual({
      a: [1, 'ü'],
    })
  })

  it.each([
    ['nothing', bytes(''), 'not JSON'],
    ['half a document', bytes('{"format":1,"model":"di'), 'not JSON'],
    ['a page', bytes('\n<!doctype html><html></html>'), 'a web page'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0xfe, 0x22]), 'not JSON'],
    ['a compressed body', new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0]), 'not JSON'],
  ])('names what is wrong with %s', (_, body, problem) => {
    const error = failure(() => parseJsonBytes(body, 'ROLLOUT_INVALID', 'The rollout'))
    expect(error).toMatchObject({
      code: 'ROLLOUT_INVALID',
      message: `The rollout is ${problem}, ${body.byteLength} bytes`,
    })
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('survives nesting without end', () => {
    const deep = bytes('['.repeat(1_000_000))
    expect(failure(() => parseJsonBytes(deep, 'ROLLOUT_INVALID', 'The rollout')).code).toBe('ROLLOUT_INVALID')
  })
})

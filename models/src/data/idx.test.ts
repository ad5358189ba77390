import { describe, expect, it } from 'vitest'

import { parseIdx } from './idx.ts'

const idx = (shape: number[], data: number[], type = 0x08): Uint8Array =>
  Uint8Array.from([0, 0, type, shape.length, ...shape.flatMap((dim) => [0, 0, dim >> 8, dim & 255]), ...data])

describe('parseIdx', () => {
  it('reads shape and data, also from the middle of a buffer', () => {
    const file = idx([2, 3], [1, 2, 3, 4, 5, 6])
    const moved = new Uint8Array([9, ...file]).subarray(1)
    for (const bytes of [file, moved]) {
      expect(parseIdx(bytes, 2, 'the file')).toEqual({ shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) })
    }
  })

  it.each([
    ['nothing', new Uint8Array(), /has 0 bytes, fewer than the 12/],
    ['a cut header', idx([2, 3], []).subarray(0, 9), /fewer than the 12/],
    ['cut data', idx([2, 3], [1, 2, 3]), /has 3 bytes of data where its header says 2 x 3 = 6/],
    ['too much data', idx([1, 1], [1, 2]), /has 2 bytes of data/],
    ['another rank', idx([2, 2, 2], new Array<number>(8).fill(0)), /has 3 dimensions where 2/],
    ['another type', idx([2, 3], [1, 2, 3, 4, 5, 6], 0x0d), /type 0xd/],
    ['a web page', new TextEncoder().encode('<!doctype html><html></html>'), /no IDX file/],
    [
      'sizes beyond all memory',
      Uint8Array.from([0, 0, 8, 2, ...new Array<number>(8).fill(255)]),
      /where its header says/,
    ],
  ])('refuses %s', (_, bytes, message) => {
    expect(() => parseIdx(bytes, 2, 'the file')).toThrow(
      expect.objectContaining({ code: 'DATA_INVALID', message: expect.stringMatching(message) }),
    )
  })
})

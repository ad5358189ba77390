import { expect, test } from 'vitest'

import { broadcastShape } from '../index.ts'

test.each([
  [[], [], []],
  [[2, 3], [3], [2, 3]],
  [[2, 1], [3], [2, 3]],
  [[], [4], [4]],
  [[1], [0], [0]],
  [
    [5, 1, 2],
    [3, 1],
    [5, 3, 2],
  ],
])('[%j] and [%j] broadcast to [%j]', (left, right, shape) => {
  expect(broadcastShape(left, right)).toEqual(shape)
  expect(broadcastShape(right, left)).toEqual(shape)
})

test('shapes that do not broadcast are refused', () => {
  expect(() => broadcastShape([2, 3], [2])).toThrow(expect.objectContaining({ code: 'ONNX_INVALID' }))
  expect(() => broadcastShape([0], [2])).toThrow(expect.objectContaining({ code: 'ONNX_INVALID' }))
})

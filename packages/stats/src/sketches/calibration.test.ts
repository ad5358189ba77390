import { CalibrationSchema } from '@homing/protocol'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { parsed } from '../testing/parsed.ts'
import {
  addCalibration,
  type Calibration,
  calibrationFromWire,
  calibrationToWire,
  emptyCalibration,
  mergeCalibrations,
} from './calibration.ts'

const answers = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean()), {
  maxLength: 60,
})

function calibrationOf(list: readonly (readonly [number, boolean])[], bins = 10): Calibration {
  const calibration = emptyCalibration(bins)
  for (const [confidence, isRight] of list) addCalibration(calibration, confidence, isRight)
  return calibration
}

test('answers lie in the bin of their confidence', () => {
  const { counts, right, confidence } = calibrationOf(
    [
      [0, false],
      [0.3, true],
      [0.9, false],
      [1, true],
      [0.5, true],
    ],
    2,
  )
  expect([...counts]).toEqual([2, 3])
  expect([...right]).toEqual([1, 2])
  expect(confidence[0]).toBeCloseTo(0.3, 12)
  expect(confidence[1]).toBeCloseTo(2.4, 12)
})

test('confidence beyond its range counts as the nearer end; NaN as nothing', () => {
  const calibration = calibrationOf([
    [Infinity, true],
    [-3, false],
    [NaN, true],
  ])
  expect(calibration.counts.reduce((sum, count) => sum + count, 0)).toBe(2)
  expect(calibration.confidence[9]).toBe(1)
  parsed(CalibrationSchema, calibrationToWire(calibration))
})

test('parts merge to the whole, in any order and grouping, and travel', () => {
  fc.assert(
    fc.property(answers, answers, answers, (a, b, c) => {
      const [x, y, z] = [calibrationOf(a), calibrationOf(b), calibrationOf(c)]
      const whole = calibrationOf([...a, ...b, ...c])
      for (const merged of [
        mergeCalibrations(mergeCalibrations(x, y), z),
        mergeCalibrations(z, mergeCalibrations(y, x)),
        calibrationFromWire(parsed(CalibrationSchema, calibrationToWire(whole))),
      ]) {
        expect(merged.counts).toEqual(whole.counts)
        expect(merged.right).toEqual(whole.right)
        merged.confidence.forEach((sum, bin) => expect(sum).toBeCloseTo(whole.confidence[bin]!, 9))
      }
    }),
    { numRuns: 30 },
  )
})

test('other bins, and numbers of bins that may not be, are refused', () => {
  const refused = expect.objectContaining({ code: 'CONFIG_INVALID' })
  expect(() => mergeCalibrations(emptyCalibration(10), emptyCalibration(20))).toThrow(refused)
  for (const bins of [0, -1, 2.5, NaN, 65]) expect(() => emptyCalibration(bins)).toThrow(refused)
})

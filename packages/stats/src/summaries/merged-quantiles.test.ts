import fc from 'fast-check'
import { expect, test } from 'vitest'

import {
  addQuantile,
  emptyQuantileSketch,
  mergeQuantileSketches,
  quantileSketchFromWire,
  quantileSketchToWire,
} from '../sketches/quantile-sketch.ts'
import { mergedQuantiles } from './merged-quantiles.ts'

const value = fc.oneof(fc.double(), fc.double({ min: -10, max: 10 }), fc.constant(0))

test('packed sketches merge as unpacked ones do', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 400 }), fc.array(value, { maxLength: 400 }), (left, right) => {
      const [a, b] = [left, right].map((values) => {
        const sketch = emptyQuantileSketch()
        for (const each of values) addQuantile(sketch, each)
        return quantileSketchToWire(sketch)
      })
      const whole = mergeQuantileSketches(quantileSketchFromWire(a), quantileSketchFromWire(b))
      expect(mergedQuantiles(a, b)).toEqual(quantileSketchToWire(whole))
      expect(mergedQuantiles(b, a)).toEqual(quantileSketchToWire(whole))
    }),
  )
})

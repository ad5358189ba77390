import { expect, it } from 'vitest'

import { likeliestClasses } from '../evaluation/classification.ts'
import { readArtifact } from '../testing/artifacts.ts'
import { digitStrokes, drawStrokes, type Placement } from './draw-strokes.ts'
import { digitsEncoder } from './encode-digits.ts'
import { predictDigits } from './predict-digits.ts'

const placements: Record<string, Placement> = {
  'large, in the middle': { canvas: 100, left: 15, top: 10, size: 75, pen: 7 },
  'small, in a corner': { canvas: 100, left: 60, top: 62, size: 30, pen: 4 },
  'with a thin pen': { canvas: 100, left: 8, top: 10, size: 80, pen: 3 },
  'with a thick pen': { canvas: 100, left: 20, top: 20, size: 60, pen: 9 },
}

it.each(Object.keys(placements))('reads digits drawn on a page, %s', async (name) => {
  const pictures = digitStrokes.map((strokes) => drawStrokes(strokes, placements[name]!))
  const model = readArtifact('digits', '1.1.0').bytes('model.onnx')
  const logits = await predictDigits(model, digitsEncoder()(pictures))
  expect([...likeliestClasses(logits, 10)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

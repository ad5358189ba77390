import type { ModelProto } from '@homing/onnx'

import { side } from '../data/mnist.ts'
import { digitStrokes, drawStrokes } from './draw-strokes.ts'
import { digitsEncoder } from './encode-digits.ts'
import { digitsInput, digitsOutput, digitsSizes } from './digits-model.ts'
import { predictDigits } from './predict-digits.ts'

/** Name of the file among an artefact's. */
export const goldenFile = 'golden.json'

const pixels = side * side

/** Digits after the decimal point of a golden input: it is what the file says, whatever it was drawn as. */
const digits = 4

/** How the ten digits are drawn. */
const placement = { canvas: 100, left: 15, top: 10, size: 75, pen: 7 }

/**
 * The ten digits, drawn, with what the ONNX model gives on onnxruntime-web, in which it was trained: its twin in TensorFlow.js
 * must give the same, or packing fails. One channel: both layouts hold the same numbers.
 */
export async function goldenDigits(model: ModelProto): Promise<string> {
  const drawn = digitsEncoder()(digitStrokes.map((strokes) => drawStrokes(strokes, placement)))
  const images = drawn.map((value) => Number(value.toFixed(digits)))
  const logits = await predictDigits(model, images)
  const { classes } = digitsSizes
  const part = (numbers: Float32Array, length: number, at: number): number[] =>
    Array.from(numbers.subarray(at * length, (at + 1) * length))
  const cases = digitStrokes.map((_, at) => ({
    inputs: {
      [digitsInput]: {
        shape: [1, side, side, 1],
        data: part(images, pixels, at).map((value) => Number(value.toFixed(digits))),
      },
    },
    outputs: { [digitsOutput]: [part(logits, classes, at)] },
  }))
  return `${JSON.stringify({ cases })}\n`
}

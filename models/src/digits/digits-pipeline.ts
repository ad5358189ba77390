import type { Pipeline } from '@homing/protocol'

import { digitsInput, digitsOutput, digitsSizes } from './digits-model.ts'

/** Greyscale value (0..255, after inversion) above which a pixel is ink; below are scanner noise and soft edges. */
const inkThreshold = 32

/** Longer side of the box that a digit is brought to: MNIST's own (LeCun, Cortes, Burges). */
const boxSide = 20

/** How many of the ten labels a prediction lists. */
const listedLabels = 10

/**
 * From a picture of dark ink on a light ground, of any size and place, to the model's input, the way MNIST was made:
 * the digit cut out, brought to 20 x 20, laid on 28 x 28 with its centre of mass in the middle.
 */
export function digitsPipeline(
  layout: 'nchw' | 'nhwc',
  tensors: { input: string; output: string } = { input: digitsInput, output: digitsOutput },
): Pipeline {
  const { side, classes } = digitsSizes
  return {
    inputs: [
      {
        kind: 'image',
        name: 'image',
        tensor: tensors.input,
        layout,
        steps: [
          { op: 'background', colour: [255, 255, 255] },
          { op: 'greyscale' },
          { op: 'invert' },
          { op: 'crop', to: { kind: 'content', threshold: inkThreshold } },
          { op: 'resize', width: boxSide, height: boxSide, fit: 'contain', filter: 'area' },
          { op: 'pad', width: side, height: side, value: 0, centre: 'mass' },
          { op: 'scale', by: 1 / 255 },
        ],
      },
    ],
    outputs: [
      {
        kind: 'classification',
        tensor: tensors.output,
        activation: 'softmax',
        labels: Array.from({ length: classes }, (_, digit) => String(digit)),
        top: listedLabels,
      },
    ],
  }
}

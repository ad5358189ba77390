import { awayFromKinks } from '../draw.ts'
import { operatorCase, type OperatorCase } from './operator-case.ts'

const side = 7
const image = (channels: number): number[] => [2, channels, side, side]
const ones = [1, 1, 1, 1]

/** Convolution and pooling, in the forms that take different kernels. */
export const windowCases: readonly OperatorCase[] = [
  // WebGPU multiplies by threes where channels divide by three, by fours where they divide by four.
  ...[1, 3, 4, 6, 9].flatMap((from) =>
    [4, 6].map((to) => operatorCase('Conv', [image(from), [to, from, 3, 3], [to]], { pads: ones })),
  ),
  operatorCase('Conv', [image(6), [4, 6, 1, 1]]),
  operatorCase('Conv', [image(3), [4, 3, 3, 3]], { strides: [2, 2], pads: ones }),
  operatorCase('Conv', [image(3), [4, 3, 3, 3]], { strides: [2, 2] }),
  operatorCase('Conv', [image(2), [4, 2, 3, 2]], { dilations: [2, 1], pads: [2, 0, 1, 1] }),
  operatorCase('Conv', [image(4), [4, 1, 3, 3]], { group: 4, pads: ones }),
  operatorCase('Conv', [image(6), [6, 1, 3, 3]], { group: 6, pads: ones, strides: [2, 2] }),
  operatorCase('Conv', [image(8), [16, 2, 3, 3]], { group: 4 }),
  operatorCase('Conv', [image(6), [4, 3, 3, 3]], { group: 2 }),
  operatorCase('Conv', [image(3), [4, 3, 2, 2]], { auto_pad: 'SAME_UPPER', strides: [2, 2] }),
  operatorCase('Conv', [[2, 3, 9], [4, 3, 3], [4]], { pads: [1, 1] }),
  operatorCase('Conv', [[2, 6, 9], [4, 6, 3], [4]], { pads: [1, 1], strides: [2] }),
  operatorCase(
    'Conv',
    [
      [2, 4, 9],
      [4, 1, 3],
    ],
    { group: 4 },
  ),
  ...[3, 4, 6].flatMap((from) =>
    [4, 6].map((to) => operatorCase('ConvTranspose', [image(from), [from, to, 3, 3]], { strides: [2, 2] })),
  ),
  operatorCase('ConvTranspose', [image(4), [4, 1, 3, 3], [4]], { group: 4, strides: [2, 2], pads: ones }),
  operatorCase('ConvTranspose', [image(4), [4, 3, 3, 3]], { group: 2, dilations: [2, 2] }),
  operatorCase('ConvTranspose', [image(2), [2, 4, 3, 3]], {
    strides: [2, 2],
    output_padding: [1, 1],
    pads: ones,
  }),
  operatorCase(
    'ConvTranspose',
    [
      [2, 3, 5],
      [3, 4, 3],
    ],
    { strides: [2] },
  ),
  ...['MaxPool', 'AveragePool'].flatMap((type) =>
    [
      { kernel_shape: [2, 2], strides: [2, 2] },
      { kernel_shape: [3, 3], strides: [2, 2], pads: ones },
      { kernel_shape: [3, 2] },
      { kernel_shape: [2, 2], strides: [2, 2], ceil_mode: 1 },
      { kernel_shape: [3, 3], strides: [2, 2], auto_pad: 'SAME_UPPER' },
    ].map((attributes) => operatorCase(type, [image(3)], attributes, awayFromKinks)),
  ),
  operatorCase('AveragePool', [image(4)], { kernel_shape: [3, 3], pads: ones, count_include_pad: 1 }),
  operatorCase('MaxPool', [[2, 3, 8]], { kernel_shape: [2], strides: [2] }, awayFromKinks),
  operatorCase('MaxPool', [image(3)], { kernel_shape: [2, 2], dilations: [2, 2] }, awayFromKinks),
  operatorCase('GlobalAveragePool', [image(3)]),
  operatorCase('GlobalMaxPool', [image(3)], {}, awayFromKinks),
]

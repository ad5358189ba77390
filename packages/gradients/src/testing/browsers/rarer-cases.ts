import { awayFromKinks, type Draw, positive } from '../draw.ts'
import { operatorCase, type OperatorCase } from './operator-case.ts'

const square = [[2, 3, 4]]
const each = (types: string, draw?: Draw): OperatorCase[] =>
  types.split(' ').map((type) => operatorCase(type, square, {}, draw))

const half: Draw = (random, count) => Float64Array.from({ length: count }, () => 0.8 * (2 * random() - 1))
const aboveOne: Draw = (random, count) => Float64Array.from({ length: count }, () => 1.5 + random())

/** Functions of one number that networks seldom hold. */
export const rarerFunctions: readonly OperatorCase[] = [
  ...each('Atan Asinh Cosh Sinh Mish Tan'),
  ...each('Softsign Celu', awayFromKinks),
  ...each('Acos Asin Atanh', half),
  ...each('Acosh', aboveOne),
  operatorCase('ThresholdedRelu', square, { alpha: 0.32 }, awayFromKinks),
  operatorCase('Mean', [[2, 3], [3], [2, 1]]),
]

/** Reductions that networks seldom hold. */
export const rarerReductions: readonly OperatorCase[] = [
  'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceProd ReduceSumSquare'
    .split(' ')
    .map((type): OperatorCase => ({
      name: type,
      define: (g, [x]) => g.op(type, [x, g.ints([1])], { keepdims: 0 }),
      shapes: square,
      draw: positive,
    })),
].flat()

const of = (name: string, shapes: OperatorCase['shapes'], define: OperatorCase['define']): OperatorCase => ({
  name,
  shapes,
  define,
})

/** What moves elements about. */
export const rearrangements: readonly OperatorCase[] = [
  operatorCase('DepthToSpace', [[1, 8, 2, 3]], { blocksize: 2 }),
  operatorCase('DepthToSpace', [[1, 8, 2, 3]], { blocksize: 2, mode: 'CRD' }),
  operatorCase('SpaceToDepth', [[1, 2, 4, 6]], { blocksize: 2 }),
  operatorCase(
    'Einsum',
    [
      [2, 3, 4],
      [2, 5, 4],
    ],
    { equation: 'bij,bkj->bik' },
  ),
  operatorCase('Trilu', [[3, 4]], { upper: 0 }),
  of('CumSum', [[3, 4]], (g, [x]) => g.op('CumSum', [x, g.constant('int64', [], [1])])),
  of('CumSum, backwards', [[3, 4]], (g, [x]) =>
    g.op('CumSum', [x, g.constant('int64', [], [0])], { reverse: 1, exclusive: 1 }),
  ),
  of('GatherND', [[3, 4]], (g, [x]) =>
    g.op('GatherND', [x, g.constant('int64', [3, 1], [2, 0, 2])], {}, { shape: [3, 4] }),
  ),
  of(
    'ScatterElements',
    [
      [3, 4],
      [1, 2],
    ],
    (g, [x, y]) =>
      g.op('ScatterElements', [x, g.constant('int64', [1, 2], [2, 0]), y], { axis: 0 }, { shape: [3, 4] }),
  ),
  of(
    'ScatterND',
    [
      [3, 4],
      [2, 4],
    ],
    (g, [x, y]) => g.op('ScatterND', [x, g.constant('int64', [2, 1], [2, 0]), y], {}, { shape: [3, 4] }),
  ),
  of('Resize', [[1, 2, 3, 4]], (g, [x]) =>
    g.op('Resize', [x, undefined, g.constant('float32', [4], [1, 1, 2, 2])], {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    }),
  ),
  of('Resize, linear', [[1, 2, 3, 4]], (g, [x]) =>
    g.op('Resize', [x, undefined, g.constant('float32', [4], [1, 1, 2, 2])], { mode: 'linear' }),
  ),
  operatorCase('GroupNormalization', [[2, 4, 3, 3], [2], [2]], { num_groups: 2 }),
]

/** Operators that operator sets above 20 brought. */
export const newestCases: readonly OperatorCase[] = [
  operatorCase('RMSNormalization', [[2, 3, 4], [4]]),
  operatorCase('Swish', square, { alpha: 1.5 }),
]

import {
  type AttributeInputs,
  graphBuilder,
  type GraphBuilder,
  type ModelProto,
  type Value,
} from '@homing/onnx'

/** Writes one node of an operator, in the form of operator set `opset`. */
export type OperatorSample = (g: GraphBuilder, opset: number) => Value

const of =
  (type: string, shapes: readonly (readonly number[])[], attributes: AttributeInputs = {}): OperatorSample =>
  (g) =>
    g.op(
      type,
      shapes.map((shape, index) => g.input(`x${index}`, 'float32', shape)),
      attributes,
    )

const x = (g: GraphBuilder, shape: readonly number[]): Value => g.input('x', 'float32', shape)
const bool = (g: GraphBuilder, name = 'condition'): Value => g.input(name, 'bool', [2, 3])
const matrix = [2, 3]
const image = [1, 4, 6, 6]

const unary =
  'Abs Acos Acosh Asin Asinh Atan Atanh Ceil Celu Clip Cos Cosh Dropout Elu Erf Exp Flatten Floor Gelu HardSigmoid ' +
  'HardSwish Hardmax Identity LeakyRelu Log LogSoftmax Mish Neg Reciprocal Relu Round Selu Shape Sigmoid Sign Sin Sinh ' +
  'Size Softmax Softplus Softsign Sqrt Squeeze Swish Tan Tanh ThresholdedRelu Transpose Trilu ArgMax ArgMin IsInf IsNaN ' +
  'LpNormalization MeanVarianceNormalization Shrink NonZero'
const binary = 'Add Div Max Mean Min Mod Mul Pow PRelu Sub Sum Equal Greater GreaterOrEqual Less LessOrEqual'
const reductions =
  'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare'
const images = 'DepthToSpace GlobalAveragePool GlobalMaxPool SpaceToDepth LRN'

const attributesOf: Readonly<Record<string, AttributeInputs>> = {
  DepthToSpace: { blocksize: 2 },
  SpaceToDepth: { blocksize: 2 },
  LRN: { size: 3 },
  Mod: { fmod: 1 },
}

const each = (names: string, sample: (type: string) => OperatorSample): Record<string, OperatorSample> =>
  Object.fromEntries(names.split(' ').map((type) => [type, sample(type)]))

const recurrent =
  (type: string, gates: number): OperatorSample =>
  (g) =>
    g.op(
      type,
      [
        x(g, [3, 1, 2]),
        g.input('w', 'float32', [1, gates * 4, 2]),
        g.input('r', 'float32', [1, gates * 4, 4]),
      ],
      { hidden_size: 4 },
    )

/** One node of each operator that a training graph may hold, by name. */
export const operatorSamples: Readonly<Record<string, OperatorSample>> = {
  ...each(unary, (type) => of(type, [matrix])),
  ...each(binary, (type) => of(type, [matrix, matrix], attributesOf[type])),
  ...each(images, (type) => of(type, [image], attributesOf[type])),
  ...each('And Or Xor', (type) => (g) => g.op(type, [bool(g, 'a'), bool(g, 'b')])),
  ...each(
    reductions,
    (type) => (g, opset) =>
      opset < 18 && type !== 'ReduceSum'
        ? g.op(type, [x(g, matrix)], { axes: [1] })
        : g.op(type, [x(g, matrix), g.ints([1])]),
  ),
  AveragePool: of('AveragePool', [image], { kernel_shape: [2, 2] }),
  BatchNormalization: (g) => {
    const ones = g.constant('float32', [4], [1, 1, 1, 1])
    return g.op('BatchNormalization', [x(g, image), ones, ones, ones, ones])
  },
  Cast: (g) => g.op('Cast', [x(g, matrix)], { to: 6 }),
  CastLike: (g) => g.op('CastLike', [x(g, matrix), g.input('like', 'int32', [1])]),
  Concat: of('Concat', [matrix, matrix], { axis: 0 }),
  Constant: (g) => g.op('Constant', [], { value_floats: [1, 2] }),
  ConstantOfShape: (g) => g.op('ConstantOfShape', [g.input('shape', 'int64', [2])]),
  Conv: of('Conv', [image, [2, 4, 3, 3]]),
  ConvTranspose: of('ConvTranspose', [image, [4, 2, 3, 3]]),
  CumSum: (g) => g.op('CumSum', [x(g, matrix), g.constant('int64', [], [0])]),
  DequantizeLinear: (g) =>
    g.op('DequantizeLinear', [g.input('x', 'uint8', matrix), g.constant('float32', [], [0.1])]),
  Compress: (g) => g.op('Compress', [x(g, matrix), g.constant('bool', [2], [1, 0])], { axis: 0 }),
  DynamicQuantizeLinear: (g) => g.ops('DynamicQuantizeLinear', [x(g, matrix)], 3)[0]!,
  EyeLike: of('EyeLike', [matrix]),
  GridSample: of('GridSample', [image, [1, 2, 2, 2]]),
  MatMulInteger: (g) =>
    g.op('MatMulInteger', [g.input('x', 'uint8', [2, 3]), g.constant('uint8', [3, 2], [1, 2, 3, 4, 5, 6])]),
  QuantizeLinear: (g) =>
    g.op('QuantizeLinear', [x(g, matrix), g.constant('float32', [], [0.1]), g.constant('uint8', [], [3])]),
  ReverseSequence: (g) => g.op('ReverseSequence', [x(g, matrix), g.constant('int64', [3], [1, 2, 1])]),
  Einsum: of('Einsum', [matrix, matrix], { equation: 'ij,kj->ik' }),
  Expand: (g) => g.op('Expand', [x(g, matrix), g.ints([2, 2, 3])]),
  GRU: recurrent('GRU', 3),
  Gather: (g) => g.op('Gather', [x(g, matrix), g.ints([1])]),
  GatherElements: (g) => g.op('GatherElements', [x(g, matrix), g.constant('int64', [1, 3], [0, 1, 0])]),
  GatherND: (g) => g.op('GatherND', [x(g, matrix), g.constant('int64', [1, 1], [1])]),
  Gemm: of('Gemm', [
    [2, 3],
    [3, 2],
  ]),
  GroupNormalization: (g, opset) =>
    of('GroupNormalization', [image, opset < 21 ? [2] : [4], opset < 21 ? [2] : [4]], { num_groups: 2 })(
      g,
      opset,
    ),
  If: (g) => {
    const condition = g.input('condition', 'bool', [])
    const value = x(g, matrix)
    const branch = (type: string) =>
      g.subgraph(type, (body) => body.output(`${type}/y`, body.op(type, [value]), 'float32', matrix))
    return g.op('If', [condition], { then_branch: branch('Neg'), else_branch: branch('Abs') })
  },
  InstanceNormalization: of('InstanceNormalization', [image, [4], [4]]),
  LSTM: recurrent('LSTM', 4),
  LayerNormalization: of('LayerNormalization', [matrix, [3], [3]]),
  MatMul: of('MatMul', [
    [2, 3],
    [3, 2],
  ]),
  MaxPool: of('MaxPool', [image], { kernel_shape: [2, 2] }),
  Not: (g) => g.op('Not', [bool(g)]),
  OneHot: (g) =>
    g.op('OneHot', [
      g.input('indices', 'int64', [2]),
      g.constant('int64', [], [3]),
      g.input('values', 'float32', [2]),
    ]),
  Pad: (g) => g.op('Pad', [x(g, matrix), g.ints([1, 0, 0, 1])]),
  RMSNormalization: of('RMSNormalization', [matrix, [3]]),
  RNN: recurrent('RNN', 1),
  Range: (g) =>
    g.op(
      'Range',
      ['start', 'limit', 'delta'].map((name) => g.input(name, 'float32', [])),
    ),
  Reshape: (g) => g.op('Reshape', [x(g, matrix), g.ints([3, 2])]),
  Resize: (g) => g.op('Resize', [x(g, [1, 1, 2, 3]), undefined, g.constant('float32', [4], [1, 1, 2, 2])]),
  ScatterElements: (g) =>
    g.op(
      'ScatterElements',
      [x(g, matrix), g.constant('int64', [1, 3], [0, 1, 0]), g.input('updates', 'float32', [1, 3])],
      { reduction: 'add' },
    ),
  ScatterND: (g) =>
    g.op(
      'ScatterND',
      [x(g, matrix), g.constant('int64', [1, 1], [1]), g.input('updates', 'float32', [1, 3])],
      {
        reduction: 'add',
      },
    ),
  Slice: (g) => g.op('Slice', [x(g, matrix), g.ints([1]), g.ints([2])]),
  Split: (g) => g.ops('Split', [x(g, matrix), g.ints([1, 1])], 2)[0]!,
  Tile: (g) => g.op('Tile', [x(g, matrix), g.ints([2, 2])]),
  TopK: (g) => g.ops('TopK', [x(g, matrix), g.ints([1])], 2)[0]!,
  Unsqueeze: (g) => g.op('Unsqueeze', [x(g, matrix), g.ints([0])]),
  Where: (g) => g.op('Where', [bool(g), x(g, matrix), g.input('no', 'float32', matrix)]),
}

/** A model of one operator, whose output may be of any type. */
export function sampleModel(operator: string, opset: number): ModelProto {
  const g = graphBuilder(operator, { opset })
  const { name } = operatorSamples[operator]!(g, opset)
  g.output('y', { name }, 'float32')
  const model = g.build()
  // Without a type, the engine takes what it infers.
  for (const output of model.graph!.output) delete (output as { type?: unknown }).type
  return model
}

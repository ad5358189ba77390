/** Which operator sets of an operator the backends of onnxruntime-web run, from 16 (the oldest of training graphs) on. */
export interface BackendOperator {
  /** The operator set that brought it; 16 when older. */
  readonly since: number
  /** Newest operator set whose form the wasm backend runs; Infinity when all. */
  readonly wasm: number
  /** Newest operator set whose form has a WebGPU kernel; 0 when it runs on the CPU, between copies to and fro. */
  readonly webgpu: number
}

/** By the newest operator set that has a WebGPU kernel. */
const byWebgpu: readonly (readonly [webgpu: number, operators: string])[] = [
  [
    0,
    'Celu Compress ConstantOfShape DynamicQuantizeLinear EyeLike GroupNormalization Hardmax IsInf IsNaN LRN ' +
      'LogSoftmax MatMulInteger Mean MeanVarianceNormalization Mod NonZero OneHot Or QuantizeLinear RNN ' +
      'ReverseSequence Round Selu Shrink Sign Size Softsign SpaceToDepth Sum Xor',
  ],
  [
    21,
    'Acos Acosh Asin Asinh Atan Atanh ConvTranspose Cos Cosh Elu GRU GlobalAveragePool GlobalMaxPool HardSigmoid ' +
      'HardSwish LSTM MaxPool Sin Sinh Tan ThresholdedRelu',
  ],
  [19, 'GridSample'],
  [22, 'Flatten If'],
  [23, 'DequantizeLinear Pad'],
  [24, 'AveragePool BatchNormalization Conv DepthToSpace Squeeze Swish Transpose'],
  [
    Infinity,
    'Abs Add And ArgMax ArgMin Cast CastLike Ceil Clip Concat Constant CumSum Div Dropout Einsum ' +
      'Equal Erf Exp Expand ' +
      'Floor Gather GatherElements GatherND Gelu Gemm Greater GreaterOrEqual Identity InstanceNormalization ' +
      'LayerNormalization LeakyRelu Less LessOrEqual Log LpNormalization MatMul Max Min Mish Mul Neg Not PRelu Pow ' +
      'RMSNormalization Range Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ' +
      'ReduceProd ReduceSum ReduceSumSquare Relu Reshape Resize ScatterElements ScatterND Shape Sigmoid Slice Softmax ' +
      'Softplus Split Sqrt Sub Tanh Tile TopK Trilu Unsqueeze Where',
  ],
]

const since: Readonly<Record<string, number>> = {
  GroupNormalization: 18,
  Mish: 18,
  Gelu: 20,
  RMSNormalization: 23,
  Swish: 24,
}
const wasmUntil: Readonly<Record<string, number>> = { Swish: 24 }

/**
 * The operators of the standard domain that training graphs may hold, for tensors of float32. Found by asking
 * onnxruntime-web 1.30 itself, operator by operator and set by set; the tests ask it again.
 */
export const backendOperators: ReadonlyMap<string, BackendOperator> = new Map(
  byWebgpu.flatMap(([webgpu, operators]) =>
    operators
      .split(' ')
      .map(
        (type) => [type, { since: since[type] ?? 16, wasm: wasmUntil[type] ?? Infinity, webgpu }] as const,
      ),
  ),
)

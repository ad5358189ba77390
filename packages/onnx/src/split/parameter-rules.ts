import { maxInlineIndexBytes } from '../config.ts'
import type { ValueUse } from '../graph/value-uses.ts'
import { elementTypes } from '../tensor/element-types.ts'
import type { TensorHeader } from '../tensor/tensor-bytes.ts'
import { elementCount, tensorByteSize } from '../tensor/tensor-size.ts'

/**
 * Inputs whose values onnxruntime 1.30 reads while it infers shapes, before external data are there ("Cannot parse
 * data from external tensors"). Measured with every operator of the ONNX test data, each input in turn; those of
 * type int64 stay in the graph by their own rule. The lower rows infer shapes in the same way in newer operator sets.
 */
const readAtLoad: Readonly<Record<string, readonly number[]>> = {
  Resize: [1, 2, 3],
  Upsample: [1],
  OneHot: [1],
  BlackmanWindow: [0],
  HammingWindow: [0],
  HannWindow: [0],
  Slice: [1, 2, 3, 4],
  Range: [0, 1, 2],
  Pad: [1, 3],
  SplitToSequence: [1],
  CenterCropPad: [1],
  DFT: [1, 2],
  STFT: [1, 3],
  MelWeightMatrix: [0, 1, 2, 3, 4],
}

/**
 * Operators whose single numbers are learned or calibrated. Elsewhere a single number belongs to a formula and
 * stays: onnxruntime 1.30's MatMul-scale fusion fails to load a scalar of Mul or Div from external data.
 */
const learnsScalars = new Set(
  [
    'Conv',
    'ConvTranspose',
    'Gemm',
    'MatMul',
    'PRelu',
    'Add',
    'BatchNormalization',
    'InstanceNormalization',
  ].concat(
    ['LayerNormalization', 'GroupNormalization', 'RMSNormalization', 'LSTM', 'GRU', 'RNN', 'QuantizeLinear'],
    ['DequantizeLinear', 'QLinearConv', 'QLinearMatMul', 'ConvInteger', 'MatMulInteger'],
  ),
)

/** Types that onnxruntime 1.30 does not load from external data, or not at all; strings cannot lie there. */
const staysInline = new Set([
  ...([
    'string',
    'complex64',
    'complex128',
    'float8e8m0',
    'float6e2m3',
    'float6e3m2',
    'uint2',
    'int2',
  ] as const),
])

/**
 * Whether a stored tensor is a parameter, so that it moves out of the graph: what is learned, calibrated or large.
 * What belongs to the topology (shapes, axes, formula constants) stays, and what engines need at once.
 */
export function isParameter(header: TensorHeader, uses: readonly ValueUse[]): boolean {
  const { type, shape, what } = header
  const count = elementCount(shape, what)
  if (count === 0 || staysInline.has(type as never)) return false
  if (uses.some(({ operator, index }) => operator === 'output' || readAtLoad[operator]?.includes(index)))
    return false
  if (type === 'int64' && shape.length <= 1 && tensorByteSize(type, shape, what) <= maxInlineIndexBytes)
    return false
  if (count > 1) return type !== 'bool' || shape.length > 1
  if (!elementTypes[type].floating && uses.every(({ operator }) => operator === 'Add')) return false
  return uses.every(({ operator }) => learnsScalars.has(operator) && (operator !== 'Add' || shape.length > 0))
}

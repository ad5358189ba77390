import type { ForwardNode } from './forward-node.ts'
import type { GradientRule } from './rule.ts'
import {
  gelu,
  logSoftmax,
  mish,
  sigmoid,
  softmax,
  softplus,
  softsign,
  swish,
  tanh,
} from './rules/activations.ts'
import { add, div, mean, mul, neg, pow, sub } from './rules/arithmetic.ts'
import { averagePool, globalAveragePool } from './rules/average-pool.ts'
import { clip, extreme, where } from './rules/choices.ts'
import { conv } from './rules/conv.ts'
import { convTranspose } from './rules/conv-transpose.ts'
import { concat, slice, split } from './rules/cutting.ts'
import { einsum } from './rules/einsum.ts'
import {
  abs,
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atanh,
  cos,
  cosh,
  erf,
  exp,
  log,
  reciprocal,
  sin,
  sinh,
  sqrt,
  tan,
} from './rules/functions.ts'
import { gather, gatherElements } from './rules/gathering.ts'
import { groupNormalization, rmsNormalization } from './rules/group-normalisation.ts'
import { gemm, matMul } from './rules/matmul.ts'
import { maxPool } from './rules/max-pool.ts'
import { batchNormalization, instanceNormalization, layerNormalization } from './rules/normalisation.ts'
import { pad } from './rules/pad.ts'
import {
  cumSum,
  depthToSpace,
  gatherND,
  scatterElements,
  scatterND,
  spaceToDepth,
  trilu,
} from './rules/rearranging.ts'
import {
  celu,
  elu,
  hardSigmoid,
  hardSwish,
  leakyRelu,
  pRelu,
  relu,
  selu,
  thresholdedRelu,
} from './rules/rectifiers.ts'
import {
  globalMaxPool,
  reduceExtreme,
  reduceL1,
  reduceL2,
  reduceLogSum,
  reduceLogSumExp,
  reduceMean,
  reduceProd,
  reduceSum,
  reduceSumSquare,
} from './rules/reductions.ts'
import { expand, tile } from './rules/repeating.ts'
import { resize } from './rules/resize.ts'
import { cast, dropout, flat, identity, reshape, transpose } from './rules/shaping.ts'

/** The gradient rule of each operator of the standard domain. */
const rules = new Map<string, GradientRule>(
  Object.entries({
    Abs: abs,
    Acos: acos,
    Acosh: acosh,
    Add: add,
    Asin: asin,
    Asinh: asinh,
    Atan: atan,
    Atanh: atanh,
    AveragePool: averagePool,
    BatchNormalization: batchNormalization,
    Cast: cast,
    Ceil: flat,
    Celu: celu,
    Clip: clip,
    Concat: concat,
    Conv: conv,
    ConvTranspose: convTranspose,
    Cos: cos,
    Cosh: cosh,
    CumSum: cumSum,
    DepthToSpace: depthToSpace,
    Div: div,
    Dropout: dropout,
    Einsum: einsum,
    Elu: elu,
    Erf: erf,
    Exp: exp,
    Expand: expand,
    Flatten: reshape,
    Floor: flat,
    Gather: gather,
    GatherElements: gatherElements,
    GatherND: gatherND,
    Gelu: gelu,
    Gemm: gemm,
    GlobalAveragePool: globalAveragePool,
    GlobalMaxPool: globalMaxPool,
    GroupNormalization: groupNormalization,
    HardSigmoid: hardSigmoid,
    HardSwish: hardSwish,
    Identity: identity,
    InstanceNormalization: instanceNormalization,
    LayerNormalization: layerNormalization,
    LeakyRelu: leakyRelu,
    Log: log,
    LogSoftmax: logSoftmax,
    MatMul: matMul,
    Max: extreme,
    MaxPool: maxPool,
    Mean: mean,
    Min: extreme,
    Mish: mish,
    Mul: mul,
    Neg: neg,
    PRelu: pRelu,
    Pad: pad,
    Pow: pow,
    RMSNormalization: rmsNormalization,
    Reciprocal: reciprocal,
    ReduceL1: reduceL1,
    ReduceL2: reduceL2,
    ReduceLogSum: reduceLogSum,
    ReduceLogSumExp: reduceLogSumExp,
    ReduceMax: reduceExtreme,
    ReduceMean: reduceMean,
    ReduceMin: reduceExtreme,
    ReduceProd: reduceProd,
    ReduceSum: reduceSum,
    ReduceSumSquare: reduceSumSquare,
    Relu: relu,
    Reshape: reshape,
    Resize: resize,
    Round: flat,
    ScatterElements: scatterElements,
    ScatterND: scatterND,
    Selu: selu,
    Sigmoid: sigmoid,
    Sign: flat,
    Sin: sin,
    Sinh: sinh,
    Slice: slice,
    Softmax: softmax,
    Softplus: softplus,
    Softsign: softsign,
    SpaceToDepth: spaceToDepth,
    Split: split,
    Sqrt: sqrt,
    Squeeze: reshape,
    Sub: sub,
    Sum: add,
    Swish: swish,
    Tan: tan,
    Tanh: tanh,
    ThresholdedRelu: thresholdedRelu,
    Tile: tile,
    Transpose: transpose,
    Trilu: trilu,
    Unsqueeze: reshape,
    Where: where,
  }),
)

/** Operators that have a gradient, in alphabetical order. */
export const differentiableOperators: readonly string[] = [...rules.keys()]

/** The rule of an operator, or undefined when it has none. */
export function ruleOf(type: string): GradientRule | undefined {
  return rules.get(type)
}

/** Why no gradient can be written for an input of a node; undefined when one can. */
export function refusalOf(node: ForwardNode, index: number): string | undefined {
  const rule = ruleOf(node.type)
  if (!rule) return `${node.what} has no gradient`
  if (!node.shaped) return `The shapes of ${node.what} are not known before it runs`
  if (rule.frozen?.includes(index)) return `${node.what} has no gradient of its input ${index}`
  const refusal = rule.refusal(node)
  return refusal && `${node.what} has no gradient: ${refusal}`
}

import type { ForwardNode } from './forward-node.ts'
import type { GradientRule } from './rule.ts'
import { logSoftmax, relu, sigmoid, softmax, tanh } from './rules/activations.ts'
import { add, div, mul, sub } from './rules/arithmetic.ts'
import { conv } from './rules/conv.ts'
import { gemm, matMul } from './rules/matmul.ts'
import { averagePool, globalAveragePool, maxPool } from './rules/pooling.ts'
import { dropout, identity, reshape } from './rules/shaping.ts'

/** The gradient rule of each operator of the standard domain. */
const rules = new Map<string, GradientRule>(
  Object.entries({
    Add: add,
    AveragePool: averagePool,
    Conv: conv,
    Div: div,
    Dropout: dropout,
    Flatten: reshape,
    Gemm: gemm,
    GlobalAveragePool: globalAveragePool,
    Identity: identity,
    LogSoftmax: logSoftmax,
    MatMul: matMul,
    MaxPool: maxPool,
    Mul: mul,
    Relu: relu,
    Reshape: reshape,
    Sigmoid: sigmoid,
    Softmax: softmax,
    Squeeze: reshape,
    Sub: sub,
    Tanh: tanh,
    Unsqueeze: reshape,
  }),
)

/** Operators that have a gradient, in alphabetical order. */
export const differentiableOperators: readonly string[] = [...rules.keys()]

/** The rule of an operator, or undefined when it has none. */
export function ruleOf(type: string): GradientRule | undefined {
  return rules.get(type)
}

/** Why no gradient can be written for a node; undefined when one can. */
export function refusalOf(node: ForwardNode): string | undefined {
  const rule = ruleOf(node.type)
  if (!rule) return `${node.what} has no gradient`
  if (!node.shaped) return `The shapes of ${node.what} are not known before it runs`
  const refusal = rule.refusal(node)
  return refusal && `${node.what} has no gradient: ${refusal}`
}

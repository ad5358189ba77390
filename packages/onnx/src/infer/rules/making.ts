import type { Dim } from '../../builder/value-info.ts'
import { type ElementType, elementTypeOf } from '../../tensor/element-types.ts'
import { shapeOf, type TypedNode, type TypeRule } from '../type-rule.ts'

const declared = (node: TypedNode): ElementType | undefined =>
  node.attributes.has('dtype') ? elementTypeOf(node.attributes.int('dtype', 0)) : undefined

/** Type of the attribute `dtype`, or of the input; shape of the input. */
const like: TypeRule = (node) => {
  const dtype = declared(node) ?? node.input(0)?.dtype
  return [dtype && { dtype, shape: shapeOf(node) }]
}

const drawn: TypeRule = (node) => [
  { dtype: declared(node) ?? 'float32', shape: node.attributes.ints('shape') ?? [] },
]

const range = (node: TypedNode): Dim => {
  const [[start], [end], [step]] = [0, 1, 2].map((index) => node.ints(index) ?? node.floats(index) ?? []) as [
    number[],
    number[],
    number[],
  ]
  if (start === undefined || end === undefined || !step) return ''
  const count = Math.max(0, Math.ceil((end - start) / step))
  return Number.isSafeInteger(count) ? count : ''
}

/** A loss is one number, or one for each target. */
const loss: TypeRule = (node) => {
  const [scores, targets] = [node.input(0), shapeOf(node, 1)]
  const each = node.attributes.string('reduction', 'mean') === 'none'
  return [scores && { dtype: scores.dtype, shape: each ? targets : [] }, scores]
}

/** Rules of operators that make tensors of their own: ranges, random numbers, losses. */
export const makingRules: Readonly<Record<string, TypeRule>> = {
  Bernoulli: like,
  EyeLike: like,
  NegativeLogLikelihoodLoss: loss,
  RandomNormal: drawn,
  RandomNormalLike: like,
  RandomUniform: drawn,
  RandomUniformLike: like,
  Range: (node) => {
    const dtype = node.input(0)?.dtype
    return [dtype && { dtype, shape: [range(node)] }]
  },
  SoftmaxCrossEntropyLoss: loss,
}

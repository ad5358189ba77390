import { type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'

/**
 * The gradient of an operand is the sum of products of the result's gradient and the other operands, over what the
 * operand lacks. An axis that only this operand has was summed: it repeats.
 */
export const einsum: GradientRule = firstOutputRule(
  ({ node, emit, wants }, gradient) => {
    const { operands, result } = termsOf(node)!
    return operands.map((term, index) => {
      if (!wants(index)) return undefined
      const { shape } = requiredInput(node, index)
      const others = operands.map((_, at) => at).filter((at) => at !== index)
      const terms = [result, ...others.map((at) => operands[at]!)]
      const shared = Array.from(term, (axis) => terms.some((other) => other.includes(axis)))
      const kept = Array.from(term)
        .filter((_, axis) => shared[axis])
        .join('')
      const product = emit.op(
        'Einsum',
        [gradient, ...others.map((at) => requiredInput(node, at))],
        shape.filter((_, axis) => shared[axis]),
        { equation: `${terms.join()}->${kept}` },
      )
      const single = emit.reshape(
        product,
        shape.map((size, axis) => (shared[axis] ? size : 1)),
      )
      return emit.expand(single, shape)
    })
  },
  (node) => (termsOf(node) ? undefined : 'its equation repeats an axis, or leaves axes out by an ellipsis'),
)

function termsOf({ attributes }: ForwardNode): { operands: string[]; result: string } | undefined {
  const [left, right] = attributes.string('equation', '').replaceAll(' ', '').split('->')
  const operands = left!.split(',')
  const repeats = (term: string): boolean => new Set(term).size < term.length
  if (left!.includes('.') || operands.some(repeats)) return undefined
  if (right !== undefined) return { operands, result: right }
  // Without a result, the axes that appear once, in alphabetical order.
  const letters = Array.from(operands.join(''))
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter))
  return { operands, result: once.sort().join('') }
}

import { nodeAttributes } from '../../graph/node-attributes.ts'
import { fromFront } from '../../infer/type-rule.ts'
import { makeNode } from '../../graph/make-node.ts'
import { setAttributes, type UpgradeRule } from '../upgrade-rule.ts'

/**
 * Softmax, LogSoftmax and Hardmax 13: before, they worked on all axes from `axis` on as if those were one; now on one.
 */
export const oneAxis: UpgradeRule = (node, scope) => {
  const [x, y] = [node.input[0]!, node.output[0]!]
  const shape = scope.type(x)?.shape
  const axis = nodeAttributes(node).int('axis', 1)
  const behind = shape?.slice(fromFront(axis, shape.length) + 1)
  if (shape && behind?.every((dim) => dim === 1)) {
    setAttributes(node, { axis: fromFront(axis, shape.length) - (behind.length === 0 ? shape.length : 0) })
    return [node]
  }
  const [sizes, flat, result] = [
    scope.fresh(`${y}.sizes`),
    scope.fresh(`${y}.flat`),
    scope.fresh(`${y}.result`),
  ]
  setAttributes(node, { axis: -1 })
  node.input[0] = flat
  node.output[0] = result
  return [
    makeNode('Shape', [x], sizes),
    makeNode('Flatten', [x], flat, { axis }),
    node,
    makeNode('Reshape', [result, sizes], y),
  ]
}

import { fromFront } from '../../infer/type-rule.ts'
import type { NodeProto } from '../../generated/onnx-ml_pb.js'
import { makeNode } from '../../graph/make-node.ts'
import {
  refuseUpgrade,
  setAttributes,
  takeAttribute,
  type UpgradeRule,
  type UpgradeScope,
} from '../upgrade-rule.ts'

/** Arithmetic 7: the second input was laid from `axis` on; now both are laid against one another from the back. */
export const alignFromBack: UpgradeRule = (node, scope) => {
  const [broadcast, axis] = [takeAttribute(node, 'broadcast'), takeAttribute(node, 'axis')]
  if (!broadcast?.i || !axis) return [node]
  const [left, right] = [rank(node, 0, scope), rank(node, 1, scope)]
  return unsqueezeBehind(node, 1, right, left - fromFront(Number(axis.i), left) - right, scope)
}

/** PRelu 7: a slope for each channel gets the axes behind the channels. */
export const alignSlopes: UpgradeRule = (node, scope) =>
  rank(node, 1, scope) === 1 ? unsqueezeBehind(node, 1, 1, rank(node, 0, scope) - 2, scope) : [node]

/** Gemm 7: the sum always broadcasts. */
export const alwaysBroadcast: UpgradeRule = (node) => {
  takeAttribute(node, 'broadcast')
  return [node]
}

/** BatchNormalization 7 and Dropout 7: what they do in training was told by an attribute, and is not carried. */
export const onlyInference: UpgradeRule = (node) => {
  if (!takeAttribute(node, 'is_test')?.i) refuseUpgrade(node, 'it is exported for training (is_test = 0)')
  return [node]
}

/** Upsample 7: the two factors became one for each axis. */
export const factorsOfAllAxes: UpgradeRule = (node) => {
  const [height, width] = [takeAttribute(node, 'height_scale')?.f, takeAttribute(node, 'width_scale')?.f]
  if (height === undefined || width === undefined) return [node]
  setAttributes(node, { scales: { float: [1, 1, height, width] } })
  return [node]
}

/** Recurrent operators 7: whether all states are given is told by the outputs alone. */
export const outputsTell: UpgradeRule = (node) => {
  takeAttribute(node, 'output_sequence')
  return [node]
}

function rank(node: NodeProto, index: number, scope: UpgradeScope): number {
  const shape = scope.type(node.input[index] ?? '')?.shape
  return shape?.length ?? refuseUpgrade(node, `the rank of its input ${index} is not known`)
}

function unsqueezeBehind(
  node: NodeProto,
  index: number,
  first: number,
  count: number,
  scope: UpgradeScope,
): NodeProto[] {
  if (count <= 0) return [node]
  const name = node.input[index]!
  const aligned = scope.fresh(`${name}.aligned`)
  node.input[index] = aligned
  const axes = Array.from({ length: count }, (_, axis) => first + axis)
  return [makeNode('Unsqueeze', [name], aligned, { axes }), node]
}

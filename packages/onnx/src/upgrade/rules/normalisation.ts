import type { NodeProto } from '../../generated/onnx-ml_pb.js'
import { nodeAttributes } from '../../graph/node-attributes.ts'
import { makeNode } from '../../graph/make-node.ts'
import {
  refuseUpgrade,
  setAttributes,
  takeAttribute,
  type UpgradeRule,
  type UpgradeScope,
} from '../upgrade-rule.ts'

/** BatchNormalization 9: statistics are those of channels, never of single positions. */
export const perChannel: UpgradeRule = (node) => {
  if (takeAttribute(node, 'spatial')?.i === 0n)
    refuseUpgrade(node, 'it has statistics for each position (spatial = 0)')
  return [node]
}

/** BatchNormalization 14: that it trains, told before by outputs beyond the first, is an attribute; two outputs are gone. */
export const trainingMode: UpgradeRule = (node, scope) => {
  const read = node.output.slice(3).find((name) => name !== '' && scope.isRead(name))
  if (read !== undefined) refuseUpgrade(node, `its output "${read}", which exists no more, is read`)
  const trains = node.output.slice(1).some((name) => name !== '')
  const [y, mean, variance] = node.output
  node.output = trains ? [y!, ...[mean, variance].map((name) => name || scope.fresh(`${y!}.running`))] : [y!]
  if (trains) setAttributes(node, { training_mode: 1 })
  return [node]
}

/** Dropout 10: the mask has another type. */
export const withoutMask: UpgradeRule = (node, scope) => {
  const mask = node.output[1]
  if (mask && scope.isRead(mask)) refuseUpgrade(node, `its mask "${mask}" is read`)
  node.output = node.output.slice(0, 1)
  return [node]
}

/** GroupNormalization 21: scale and shift are given for each channel in place of each group. */
export const perChannelOfGroups: UpgradeRule = (node, scope) => {
  const [x, y] = [node.input[0]!, node.output[0]!]
  const groups = nodeAttributes(node).int('num_groups', 1)
  const channels = scope.type(x)?.shape?.[1]
  if (typeof channels !== 'number') refuseUpgrade(node, 'the number of its channels is not known')
  const repeat = scope.constant(`${y}.repeat`, 'int64', [2], [1, channels / groups])
  const column = scope.constant(`${y}.column`, 'int64', [2], [-1, 1])
  const flat = scope.constant(`${y}.flat`, 'int64', [1], [-1])
  return [...[1, 2].flatMap((index) => repeated(node, index, [column, repeat, flat], scope)), node]
}

function repeated(
  node: NodeProto,
  index: number,
  [column, repeat, flat]: readonly [string, string, string],
  scope: UpgradeScope,
): NodeProto[] {
  const name = node.input[index]!
  const [upright, wide, whole] = ['column', 'wide', 'channels'].map((stem) => scope.fresh(`${name}.${stem}`))
  node.input[index] = whole!
  return [
    makeNode('Reshape', [name, column], upright!),
    makeNode('Expand', [upright!, repeat], wide!),
    makeNode('Reshape', [wide!, flat], whole!),
  ]
}

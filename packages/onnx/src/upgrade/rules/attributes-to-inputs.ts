import type { NodeProto } from '../../generated/onnx-ml_pb.js'
import { elementTypes } from '../../tensor/element-types.ts'
import { makeNode } from '../../graph/make-node.ts'
import {
  refuseUpgrade,
  setInput,
  takeAttribute,
  type UpgradeRule,
  type UpgradeScope,
} from '../upgrade-rule.ts'

/** A list of whole numbers, such as axes, becomes input `index`. */
export const intsToInput =
  (name: string, index: number): UpgradeRule =>
  (node, scope) => {
    const ints = takeAttribute(node, name)?.ints
    if (ints?.length)
      setInput(node, index, scope.constant(`${node.output[0]!}.${name}`, 'int64', [ints.length], ints))
    return [node]
  }

/** Slice 10: starts, ends and axes became inputs. */
export const slice: UpgradeRule = (node, scope) => {
  intsToInput('starts', 1)(node, scope)
  intsToInput('ends', 2)(node, scope)
  return intsToInput('axes', 3)(node, scope)
}

/** TopK 10: k became an input. */
export const topK: UpgradeRule = (node, scope) => {
  const k = takeAttribute(node, 'k')?.i ?? refuseUpgrade(node, 'it has no k')
  setInput(node, 1, scope.constant(`${node.output[0]!}.k`, 'int64', [1], [k]))
  return [node]
}

/** Clip 11: the limits became inputs, of the type of the data. */
export const clip: UpgradeRule = (node, scope) => {
  const limits = ['min', 'max'].map((name) => takeAttribute(node, name)?.f)
  const before = limits.map((limit, index) =>
    limit === undefined ? [] : floatInput(node, index + 1, limit, scope),
  )
  return [...before.flat(), node]
}

/** Pad 11: the sizes and the value became inputs, the value of the type of the data. */
export const pad: UpgradeRule = (node, scope) => {
  const value = takeAttribute(node, 'value')?.f ?? 0
  const pads = takeAttribute(node, 'pads')?.ints ?? []
  setInput(node, 1, scope.constant(`${node.output[0]!}.pads`, 'int64', [pads.length], pads))
  return value === 0 ? [node] : [...floatInput(node, 2, value, scope), node]
}

/** Dropout 12: the ratio became an input; without a third input nothing is dropped, as before in inference. */
export const dropout: UpgradeRule = (node, scope) => {
  const ratio = takeAttribute(node, 'ratio')?.f ?? 0.5
  setInput(node, 1, scope.constant(`${node.output[0]!}.ratio`, 'float32', [], [ratio]))
  return [node]
}

/** DFT 20: the axis became an input, whose default is another. */
export const dft: UpgradeRule = (node, scope) => {
  const axis = takeAttribute(node, 'axis')?.i ?? 1n
  setInput(node, 2, scope.constant(`${node.output[0]!}.axis`, 'int64', [], [axis]))
  return [node]
}

/** Gives a node a scalar of the type of its data; returned is the cast that this may need before it. */
function floatInput(node: NodeProto, index: number, value: number, scope: UpgradeScope): NodeProto[] {
  const type = scope.type(node.input[0] ?? '')?.dtype
  if (type === undefined) refuseUpgrade(node, 'the type of its input is not known')
  const scalar = scope.constant(`${node.output[0]!}.${index}`, 'float32', [], [value])
  const cast = type === 'float32' ? scalar : scope.fresh(`${scalar}.cast`)
  setInput(node, index, cast)
  return cast === scalar ? [] : [makeNode('Cast', [scalar], cast, { to: elementTypes[type].code })]
}

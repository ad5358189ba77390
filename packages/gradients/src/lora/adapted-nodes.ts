import { makeTensor, type NodeProto } from '@homing/onnx'

import { adapterNames } from './adapter-names.ts'
import type { AdaptableWeight } from './adaptable-weights.ts'
import { makeNode } from './make-node.ts'

/**
 * What takes the place of each node that uses a weight W; these nodes are changed. Beside a product lies the adapter,
 * y = x W + scale (x A) B, so that nothing of the size of W is computed for it, not even on the way back. A kernel, which
 * is small beside its images, becomes W + scale B A; so groups and strides stay as they are.
 */
export function adaptedNodes(weight: AdaptableWeight): Map<NodeProto, NodeProto[]> {
  const { nodes } = weight
  if (nodes[0]!.opType !== 'Conv')
    return new Map(nodes.map((node, use) => [node, besideProduct(weight, node, use)]))
  return new Map(nodes.map((node, use) => [node, withKernel(weight, node, use === 0)]))
}

function besideProduct({ name }: AdaptableWeight, node: NodeProto, use: number): NodeProto[] {
  const { a, b, prefix, scale, plain } = adapterNames(name)
  const [x, y] = [node.input[0]!, node.output[0]!]
  const { opType, attribute } = node
  const ofGemm = Object.fromEntries(
    attribute.filter(({ name }) => name === 'alpha' || name === 'transA').map((each) => [each.name, each]),
  )
  const names = {
    low: `${prefix}low${use}`,
    scaled: `${prefix}scaled${use}`,
    change: `${prefix}change${use}`,
  }
  node.output = [`${plain}${use}`]
  return [
    node,
    makeNode(opType, [x, a], names.low, ofGemm),
    makeNode('Mul', [names.low, scale], names.scaled),
    makeNode('MatMul', [names.scaled, b], names.change),
    makeNode('Add', [`${plain}${use}`, names.change], y),
  ]
}

function withKernel({ name, shape }: AdaptableWeight, node: NodeProto, isFirst: boolean): NodeProto[] {
  const { a, b, prefix, scale, kernel } = adapterNames(name)
  node.input = node.input.with(1, kernel)
  if (!isFirst) return [node]
  const names = { product: `${prefix}product`, scaled: `${prefix}scaled`, change: `${prefix}change` }
  return [
    makeNode('MatMul', [b, a], names.product),
    makeNode('Mul', [names.product, scale], names.scaled),
    // A constant is written as a node, so that it is no learned tensor.
    makeNode('Constant', [], `${prefix}shape`, { value: makeTensor('', 'int64', [shape.length], shape) }),
    makeNode('Reshape', [names.scaled, `${prefix}shape`], names.change),
    makeNode('Add', [name, names.change], kernel),
    node,
  ]
}

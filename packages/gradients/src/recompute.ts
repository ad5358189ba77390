import { elementTypes } from '@homing/onnx'

import type { Emitter, ShapedValue } from './emitter.ts'
import { dependentOn, type ForwardGraph } from './forward-graph.ts'
import type { ForwardNode } from './forward-node.ts'
import { repeatNodes } from './repeat-nodes.ts'

/**
 * Gives a node as its gradient is to read it, which is about to be written from `gradient`, that of an output; `gradients`
 * are those that have been written, by the names of their values.
 */
export type Revisit = (
  node: ForwardNode,
  gradient: ShapedValue,
  gradients: ReadonlyMap<string, ShapedValue>,
) => ForwardNode

/** Operators that give something else each time. */
const random = ['Bernoulli', 'Dropout', 'Multinomial', 'RandomNormalLike', 'RandomUniformLike']

/**
 * Trades time for memory (Chen et al. 2016): the forward pass is cut into about as many segments as each then has nodes, and
 * only what crosses a cut is kept; on the way back, the nodes of a segment are written again from there.
 *
 * Engines merge equal nodes and choose the order in which they run, so what is written again reads values to which zero is
 * added, made from an element of the arriving gradient and of each finished gradient of `wanted`: it equals nothing that has
 * run, and runs when the segment behind it is done with. Where one of these elements is not finite, neither is the norm of
 * the gradients, and the step changes nothing.
 */
export function recomputation(graph: ForwardGraph, emit: Emitter, wanted: readonly string[]): Revisit {
  const activations = dependentOn(
    graph,
    graph.inputs.map(({ name }) => name),
  )
  const segments = segmentsOf(graph, activations)
  const segmentOf = new Map(segments.slice(0, -1).flatMap((nodes) => nodes.map((node) => [node, nodes])))
  const again = new Map<ForwardNode, ForwardNode>()

  const awaited = new Set(wanted)

  const writeAgain = (nodes: readonly ForwardNode[], arriving: readonly ShapedValue[]): void => {
    const zero = zeroOf(emit, arriving)
    const values = new Map<string, ShapedValue>()
    for (const node of nodes) {
      for (const value of node.inputs)
        if (value && activations.has(value.name) && isFloat(value) && !values.has(value.name)) {
          const same = zero.dtype === value.dtype ? zero : emit.cast(zero, value.dtype)
          values.set(value.name, emit.binary('Add', value, same))
        }
      const repeats =
        node.outputs.every((output) => output !== undefined) &&
        !random.includes(node.type) &&
        node.inputs.some((value) => value && values.has(value.name))
      const [copy] = repeats ? repeatNodes(emit, [node], values) : []
      again.set(node, copy ?? node)
    }
  }
  return (node, gradient, gradients) => {
    const nodes = segmentOf.get(node)
    if (!nodes) return node
    if (!again.has(node)) {
      const finished = [...awaited].filter((name) => gradients.has(name))
      for (const name of finished) awaited.delete(name)
      writeAgain(nodes, [gradient, ...finished.map((name) => gradients.get(name)!)])
    }
    return again.get(node)!
  }
}

/** The nodes in their order, cut where about equally much has been computed. */
function segmentsOf({ nodes }: ForwardGraph, activations: ReadonlySet<string>): ForwardNode[][] {
  const sizes = nodes.map(({ outputs }) =>
    outputs.reduce((sum, value) => sum + sizeOf(value, activations), 0),
  )
  const total = sizes.reduce((sum, size) => sum + size, 0)
  const count = Math.max(1, Math.round(Math.sqrt(sizes.filter((size) => size > 0).length)))
  const segments: ForwardNode[][] = Array.from({ length: count }, () => [])
  let before = 0
  for (const [index, node] of nodes.entries()) {
    segments[Math.min(count - 1, Math.floor((before / total) * count))]!.push(node)
    before += sizes[index]!
  }
  return segments
}

function sizeOf(value: ShapedValue | undefined, activations: ReadonlySet<string>): number {
  if (!value || !activations.has(value.name)) return 0
  return value.shape.reduce((product, dim) => product * dim, elementTypes[value.dtype].bits)
}

/** Zero times the sum of first elements: a float32 scalar that depends on all of `values`. */
function zeroOf(emit: Emitter, values: readonly ShapedValue[]): ShapedValue {
  const elements = values.map((value) => {
    const axes = value.shape.map((_, axis) => axis)
    const starts = axes.map(() => 0)
    const ones = axes.map(() => 1)
    const element = emit.reshape(emit.slice(value, axes, starts, ones), [])
    return element.dtype === 'float32' ? element : emit.cast(element, 'float32')
  })
  const sum = elements.reduce((total, element) => emit.binary('Add', total, element))
  return emit.binary('Mul', sum, 0)
}

function isFloat({ dtype }: ShapedValue): boolean {
  return dtype === 'float32' || dtype === 'float64'
}

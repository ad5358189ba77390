import type { Trainable } from '@homing/protocol'

import type { ForwardGraph } from './forward-graph.ts'
import type { ForwardNode } from './forward-node.ts'

/** Whether a learned tensor belongs to a group that users call by name. */
export function trainableGroup(
  graph: ForwardGraph,
  group: Extract<Trainable, string>,
): (name: string) => boolean {
  if (group === 'all') return () => true
  const names = group === 'head' ? headTensors(graph) : biasesAndNorms(graph)
  return (name) => names.has(name)
}

/**
 * The tensors of the last layer: going back from the output, those that are met up to and with the first operator of
 * each way that takes a learned tensor of rank 2 or more.
 */
function headTensors({ nodes, initializers, values, output }: ForwardGraph): Set<string> {
  const makers = makersOf(nodes)
  const learned = learnedBehind(nodes, initializers)
  const head = new Set<string>()
  const seen = new Set<string>()
  const visit = (name: string): void => {
    const node = makers.get(name)
    if (!node || seen.has(name)) return
    seen.add(name)
    const inputs = node.proto.input.filter(Boolean)
    for (const input of inputs) for (const tensor of learned.get(input) ?? []) head.add(tensor)
    const isLayer = inputs.some((input) => learned.has(input) && (values.get(input)?.shape.length ?? 0) >= 2)
    if (!isLayer) inputs.filter((input) => !learned.has(input)).forEach(visit)
  }
  visit(output.name)
  return head
}

/** Operators of layers, and which of their inputs are biases or scales. */
const biasInputs: Readonly<Record<string, readonly number[]>> = {
  Conv: [2],
  ConvTranspose: [2],
  Gemm: [2],
  BatchNormalization: [1, 2],
  InstanceNormalization: [1, 2],
  GroupNormalization: [1, 2],
  LayerNormalization: [1, 2],
}

/** Operators that exporters write biases and scales with: one number for each channel, repeated over the rest. */
const channelwise = ['Add', 'Sub', 'Mul', 'Div', 'Sum']

/** The tensors that are used as biases, or as scales and shifts of normalisation, and as nothing else. */
function biasesAndNorms({ nodes, initializers, values }: ForwardGraph): Set<string> {
  const learned = learnedBehind(nodes, initializers)
  const isVector = (name: string): boolean => {
    const shape = values.get(name)?.shape
    return shape !== undefined && shape.filter((dim) => dim > 1).length <= 1
  }
  const [fitting, other] = [new Set<string>(), new Set<string>()]
  for (const node of nodes) {
    if (node.proto.output.some((name) => learned.has(name))) continue
    for (const [index, name] of node.proto.input.entries()) {
      const fits = channelwise.includes(node.type)
        ? isVector(name)
        : (biasInputs[node.type]?.includes(index) ?? false)
      for (const tensor of learned.get(name) ?? []) (fits ? fitting : other).add(tensor)
    }
  }
  return new Set([...fitting].filter((name) => !other.has(name) && initializers.has(name)))
}

/** For each value that follows from learned tensors alone, as a reshaped kernel does, these tensors. */
function learnedBehind(
  nodes: readonly ForwardNode[],
  initializers: ForwardGraph['initializers'],
): Map<string, readonly string[]> {
  const behind = new Map(
    [...initializers.keys()].map((name) => [name, [name]] as [string, readonly string[]]),
  )
  for (const { proto } of nodes) {
    const inputs = proto.input.filter(Boolean)
    if (!inputs.every((name) => behind.has(name))) continue
    const tensors = inputs.flatMap((name) => behind.get(name)!)
    for (const name of proto.output) behind.set(name, tensors)
  }
  return behind
}

function makersOf(nodes: readonly ForwardNode[]): Map<string, ForwardNode> {
  return new Map(nodes.flatMap((node) => node.proto.output.map((name) => [name, node] as const)))
}

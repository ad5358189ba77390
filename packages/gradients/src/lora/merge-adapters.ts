import { copyModel, type GraphProto, makeTensor, type ModelProto, readTensor } from '@homing/onnx'
import { HomingError } from '@homing/protocol'

import { type AdaptableWeight, adaptableWeights } from './adaptable-weights.ts'
import { type AdapterNames, adapterNames, adaptedWeights } from './adapter-names.ts'

/**
 * A copy of a model whose adapters, put on by `withAdapters`, are added to their weights: W + alpha / rank A B. It has the
 * nodes, names and shapes that the model had without them.
 * @throws HomingError CONFIG_INVALID when the model has none, ONNX_INVALID when they do not fit their weights.
 */
export function mergeAdapters(model: ModelProto): ModelProto {
  const merged = copyModel(model)
  const { graph } = merged
  const weights = adaptedWeights((graph?.initializer ?? []).map(({ name }) => name))
  if (!graph || weights.length === 0) throw new HomingError('CONFIG_INVALID', 'The model has no adapters')
  for (const weight of weights) takeOff(graph, weight, adapterNames(weight))
  const layouts = new Map(adaptableWeights(merged).map((weight) => [weight.name, weight]))
  const tensors = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  const numbersOf = (name: string): Float32Array => {
    const tensor = tensors.get(name)
    const read = tensor && readTensor(tensor)
    if (read?.dtype !== 'float32') throw new HomingError('ONNX_INVALID', `"${name}" is no tensor of float32`)
    return read.data
  }
  const extra = new Set<string>()
  const sums = new Map(
    weights.map((name) => {
      const { a, b, scale } = adapterNames(name)
      for (const added of [a, b, scale]) extra.add(added)
      const layout = layouts.get(name)
      if (!layout) throw new HomingError('ONNX_INVALID', `Nothing that has an adapter uses "${name}"`)
      const numbers = { w: numbersOf(name), a: numbersOf(a), b: numbersOf(b), scale: numbersOf(scale)[0]! }
      return [name, makeTensor(name, 'float32', layout.shape, sumOf(layout, numbers))] as const
    }),
  )
  graph.initializer = graph.initializer
    .filter(({ name }) => !extra.has(name))
    .map((tensor) => sums.get(tensor.name) ?? tensor)
  return merged
}

/** Undoes what `adaptedNodes` did. */
function takeOff(graph: GraphProto, weight: string, { prefix, plain, kernel }: AdapterNames): void {
  const results = new Map(
    graph.node
      .filter(({ input }) => input[0]?.startsWith(plain))
      .map(({ input, output }) => [input[0]!, output[0]!] as const),
  )
  graph.node = graph.node.flatMap((node) => {
    const result = results.get(node.output[0] ?? '')
    if (result !== undefined) node.output = [result]
    else if (node.input[1] === kernel) node.input = node.input.with(1, weight)
    else if ([...node.input, ...node.output].some((name) => name.startsWith(prefix))) return []
    return [node]
  })
}

interface AdapterNumbers {
  readonly w: Float32Array
  readonly a: Float32Array
  readonly b: Float32Array
  readonly scale: number
}

function sumOf(
  { name, inputs, outputs, nodes, transposed }: AdaptableWeight,
  { w, a, b, scale }: AdapterNumbers,
): Float32Array {
  const rank = a.length / inputs
  if (!Number.isInteger(rank) || b.length !== outputs * rank || w.length !== inputs * outputs)
    throw new HomingError('ONNX_INVALID', `The adapter of "${name}" does not fit it`)
  const isKernel = nodes[0]!.opType === 'Conv'
  const atA = (i: number, r: number): number => a[isKernel ? r * inputs + i : i * rank + r]!
  const atB = (r: number, o: number): number => b[isKernel ? o * rank + r : r * outputs + o]!
  return w.map((value, at) => {
    const [i, o] = transposed
      ? [at % inputs, Math.floor(at / inputs)]
      : [Math.floor(at / outputs), at % outputs]
    let sum = 0
    for (let r = 0; r < rank; r++) sum += atA(i, r) * atB(r, o)
    return value + scale * sum
  })
}

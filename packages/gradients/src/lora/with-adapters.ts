import { copyModel, makeTensor, type ModelProto, type TensorProto } from '@homing/onnx'
import { HomingError } from '@homing/protocol'

import { withCurrentOpset } from '../forward-graph.ts'
import { namePattern } from '../name-pattern.ts'
import { seededRandom } from '../seeded-random.ts'
import { adapterNames, adaptedWeights } from './adapter-names.ts'
import { type AdaptableWeight, adaptableWeights } from './adaptable-weights.ts'
import { adaptedNodes } from './adapted-nodes.ts'

/** Which weights get adapters, and of which size. */
export interface AdapterOptions {
  /** Names of weights of MatMul, Gemm and Conv; `*` stands for any run of characters. */
  readonly weights: readonly string[]
  /** Rank of what an adapter can add to its weight. */
  readonly rank: number
  /** How much it counts: its product is multiplied by alpha / rank. The rank when absent. */
  readonly alpha?: number
  /** Seed of the random numbers of A. */
  readonly seed: number
}

/**
 * A copy of a model with low-rank adapters (LoRA, Hu et al. 2021) beside chosen weights. That of a weight "w" are the
 * learned tensors "w/lora_a", random, and "w/lora_b", zero, so that at first the output stays what it was. Trained alone
 * (`trainable: ['*\/lora_*']`) they are all that changes; runtimes take their sum with a kernel when they load the model.
 * A model of an older operator set is upgraded first.
 *
 * The shapes are [in, rank] and [rank, out] for products x W, also where W is stored transposed, and
 * [rank, in / groups * kernel] and [out, rank] for kernels.
 * @throws HomingError CONFIG_INVALID for a pattern that names no weight (`details.weights` lists those that can have
 *   adapters), a rank that one of them cannot have, or a model that has adapters.
 */
export function withAdapters(model: ModelProto, options: AdapterOptions): ModelProto {
  const { weights, rank, alpha = rank, seed } = options
  const adapted = copyModel(withCurrentOpset(model))
  const { graph } = adapted
  if (!graph) throw new HomingError('ONNX_INVALID', 'The model has no graph')
  if (adaptedWeights(graph.initializer.map(({ name }) => name)).length > 0)
    throw new HomingError('CONFIG_INVALID', 'The model has adapters; merge them first')
  const chosen = chosenWeights(adapted, weights)
  for (const weight of chosen) checkWeight(adapted, weight, rank)
  if (!(Number.isFinite(alpha) && alpha > 0))
    throw new HomingError('CONFIG_INVALID', `Alpha must be above 0, not ${alpha}`)
  const random = seededRandom(seed)
  const replaced = new Map(chosen.flatMap((weight) => [...adaptedNodes(weight)]))
  graph.node = graph.node.flatMap((node) => replaced.get(node) ?? node)
  graph.initializer.push(...chosen.flatMap((weight) => adapterTensors(weight, rank, alpha, random)))
  return adapted
}

function chosenWeights(model: ModelProto, patterns: readonly string[]): AdaptableWeight[] {
  const all = adaptableWeights(model)
  const matches = patterns.map(namePattern)
  const idle = patterns.find((_, index) => !all.some(({ name }) => matches[index]!(name)))
  if (idle !== undefined || patterns.length === 0)
    throw new HomingError(
      'CONFIG_INVALID',
      `No weight that can have an adapter is called "${idle ?? ''}": those of MatMul, Gemm and Conv can`,
      { details: { weights: all.map(({ name }) => name) } },
    )
  return all.filter(({ name }) => matches.some((matches) => matches(name)))
}

function checkWeight({ graph }: ModelProto, { name, inputs, outputs }: AdaptableWeight, rank: number): void {
  const most = Math.min(inputs, outputs)
  if (!(Number.isSafeInteger(rank) && rank >= 1 && rank <= most))
    throw new HomingError(
      'CONFIG_INVALID',
      `The rank of an adapter of "${name}" is a whole number from 1 to ${most}, not ${rank}`,
    )
  const { a, b, prefix } = adapterNames(name)
  const values = [...graph!.initializer, ...graph!.input].map(({ name }) => name)
  for (const { output } of graph!.node) values.push(...output)
  const taken = values.find((value) => value === a || value === b || value.startsWith(prefix))
  if (taken !== undefined)
    throw new HomingError('CONFIG_INVALID', `The model has a value called "${taken}", the name of an adapter`)
}

/** A, uniform up to 1 / sqrt(in) as in the paper's own code; B, zero; and their factor. */
function adapterTensors(
  { name, nodes, inputs, outputs }: AdaptableWeight,
  rank: number,
  alpha: number,
  random: () => number,
): TensorProto[] {
  const { a, b, scale } = adapterNames(name)
  const bound = 1 / Math.sqrt(inputs)
  const numbers = Float32Array.from({ length: inputs * rank }, () => (2 * random() - 1) * bound)
  const isKernel = nodes[0]!.opType === 'Conv'
  return [
    makeTensor(a, 'float32', isKernel ? [rank, inputs] : [inputs, rank], numbers),
    makeTensor(b, 'float32', isKernel ? [outputs, rank] : [rank, outputs], new Float32Array(outputs * rank)),
    makeTensor(scale, 'float32', [], [alpha / rank]),
  ]
}

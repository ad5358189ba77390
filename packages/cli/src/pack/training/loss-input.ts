import {
  graphBuilder,
  makeTensor,
  makeValueInfo,
  type ModelProto,
  modelOpsets,
  type NodeProto,
} from '@homing/onnx'
import type { LossSettings } from '@homing/protocol'

import { activationOf, outputEnd } from './output-end.ts'

/** Least probability whose logarithm is taken. */
const leastProbability = 1e-7

/**
 * What a loss reads of an output. Cross-entropies are of scores (logits), and many exported classifiers end in the
 * Softmax or Sigmoid that makes probabilities of them: the loss then reads what goes into it. Probabilities that are
 * made in another way have their logarithms for scores, since softmax(log p) = p.
 */
export function lossInput(
  model: ModelProto,
  output: string,
  loss: LossSettings['kind'],
  probabilities: boolean,
): { model: ModelProto; output: string } {
  const end = outputEnd(model, output)
  const activation = activationOf(end)
  const wanted = { 'softmax-cross-entropy': 'softmax', 'binary-cross-entropy': 'sigmoid' } as const
  if (loss !== 'softmax-cross-entropy' && loss !== 'binary-cross-entropy') return { model, output }
  if (end && activation === wanted[loss]) return withOutput(model, end.input[0]!, [])
  if (!probabilities) return { model, output }
  const { name, nodes } = scoresOf(model, output, loss)
  return withOutput(model, name, nodes)
}

function withOutput(
  model: ModelProto,
  name: string,
  nodes: readonly NodeProto[],
): { model: ModelProto; output: string } {
  const graph = model.graph!
  // Without shape: a declared one would hide the one that follows from the sizes that training takes.
  const output = [makeValueInfo(name, { dtype: 'float32' })]
  return { model: { ...model, graph: { ...graph, node: [...graph.node, ...nodes], output } }, output: name }
}

/** Nodes that make scores of the probabilities `p`: log p, or log p - log(1 - p) for each by itself. */
function scoresOf(
  model: ModelProto,
  p: string,
  loss: 'softmax-cross-entropy' | 'binary-cross-entropy',
): { name: string; nodes: NodeProto[] } {
  const g = graphBuilder('scores', { opset: modelOpsets(model).get('') ?? 0 })
  const named = (stem: string): string => `${p}/homing_${stem}`
  const constant = (stem: string, value: number) =>
    g.ops('Constant', [], [named(stem)], { value: makeTensor('', 'float32', [], [value]) })[0]!
  const least = constant('least', leastProbability)
  const logOf = (stem: string, value: ReturnType<typeof constant>) =>
    g.ops('Log', g.ops('Max', [value, least], [named(`${stem}_kept`)]), [named(stem)])[0]!
  const given = g.input(p, 'float32')
  let scores = logOf('log', given)
  if (loss === 'binary-cross-entropy') {
    const rest = g.ops('Sub', [constant('one', 1), given], [named('rest')])[0]!
    scores = g.ops('Sub', [scores, logOf('log_rest', rest)], [named('scores')])[0]!
  }
  g.output(scores.name, scores, 'float32')
  return { name: scores.name, nodes: g.build().graph!.node }
}

import { HomingError } from '@homing/protocol'

import type { Emitter, ShapedValue } from './emitter.ts'
import { smoothlyDependentOn, type ForwardGraph } from './forward-graph.ts'
import type { Revisit } from './recompute.ts'
import { refusalOf, ruleOf } from './registry.ts'

/**
 * Writes the gradients of the wanted values, walking the graph from its output back to them (reverse-mode
 * differentiation). `outputGradient` is the loss's gradient with respect to the output; `revisit` says how nodes are read on
 * the way, as they are when absent.
 * @throws HomingError GRADIENT_UNSUPPORTED for an operator without rule on the way, CONFIG_INVALID for a wanted value
 *   on which the output does not depend.
 */
export function writeGradients(
  graph: ForwardGraph,
  emit: Emitter,
  outputGradient: ShapedValue,
  wanted: readonly string[],
  revisit: Revisit = (node) => node,
): Map<string, ShapedValue> {
  const active = smoothlyDependentOn(graph, wanted)
  const gradients = new Map<string, ShapedValue>([[graph.output.name, outputGradient]])
  for (const node of graph.nodes.toReversed()) {
    const wants = (index: number): boolean => active.has(node.inputs[index]?.name ?? '')
    const ofOutputs = node.outputs.map((value) => value && gradients.get(value.name))
    if (!node.inputs.some((_, index) => wants(index)) || ofOutputs.every((gradient) => !gradient)) continue
    const refusal = node.inputs.flatMap((_, index) => (wants(index) ? (refusalOf(node, index) ?? []) : []))[0]
    if (refusal !== undefined) throw new HomingError('GRADIENT_UNSUPPORTED', refusal)
    const arriving = ofOutputs.find((gradient) => gradient)!
    const context = { node: revisit(node, arriving, gradients), emit, wants }
    for (const [index, gradient] of ruleOf(node.type)!.write(context, ofOutputs).entries()) {
      const input = node.inputs[index]
      if (!input || !gradient || !wants(index)) continue
      const sofar = gradients.get(input.name)
      gradients.set(input.name, sofar ? emit.binary('Add', sofar, gradient) : gradient)
    }
  }
  return new Map(
    wanted.map((name) => {
      const gradient = gradients.get(name)
      if (!gradient) throw new HomingError('CONFIG_INVALID', `The output does not depend on "${name}"`)
      return [name, gradient]
    }),
  )
}

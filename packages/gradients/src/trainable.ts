import { elementTypeOf, elementTypes, tensorHeader } from '@homing/onnx'
import { HomingError, type Trainable } from '@homing/protocol'

import { smoothlyDependentOn, type ForwardGraph } from './forward-graph.ts'
import type { ForwardNode } from './forward-node.ts'
import { namePattern } from './name-pattern.ts'
import { refusalOf, ruleOf } from './registry.ts'
import { trainableGroup } from './trainable-groups.ts'

/** Learned tensors of `graph` from which every way to the output leads through operators that have gradients. */
export function trainableTensors({ nodes, initializers, output }: ForwardGraph): string[] {
  const open = new Set([output.name])
  const blocked = new Set<string>()
  for (const node of nodes.toReversed()) {
    if (!carriesGradient(node)) continue
    if (!node.outputs.some((value) => !value || open.has(value.name) || blocked.has(value.name))) continue
    const passes = node.outputs.every((value) => !value || !blocked.has(value.name))
    for (const [index, input] of node.inputs.entries())
      if (input) (passes && refusalOf(node, index) === undefined ? open : blocked).add(input.name)
  }
  return [...initializers.values()]
    .filter(({ name, dataType }) => open.has(name) && !blocked.has(name) && isFloat(dataType))
    .map(({ name }) => name)
}

/**
 * The tensors that `choice` names: by patterns exactly, or with `*` for any run of characters; by the name of a group
 * those of it that can be trained and are no scalars. All of these when there is no choice.
 * @throws HomingError CONFIG_INVALID for a pattern that names nothing or no learned floating-point tensor,
 *   GRADIENT_UNSUPPORTED when an operator without gradient lies on the way; `details.trainable` lists what can be trained.
 */
export function selectTrainable(graph: ForwardGraph, choice: Trainable = 'all'): string[] {
  const trainable = trainableTensors(graph)
  if (typeof choice === 'string') {
    if (trainable.length === 0) refuseAll(graph)
    const group = trainableGroup(graph, choice)
    return trainable.filter(
      (name) => group(name) && tensorHeader(graph.initializers.get(name)!).shape.length > 0,
    )
  }
  const matches = choice.map(namePattern)
  const chosen = [...graph.initializers.keys()].filter((name) => matches.some((matches) => matches(name)))
  const idle = choice.find((_, index) => !chosen.some((name) => matches[index]!(name)))
  if (idle !== undefined)
    throw new HomingError('CONFIG_INVALID', `No learned tensor is called "${idle}"`, {
      details: { trainable },
    })
  for (const name of chosen) {
    if (trainable.includes(name)) continue
    const { dataType } = graph.initializers.get(name)!
    if (!isFloat(dataType)) {
      const type = elementTypeOf(dataType) ?? 'unknown'
      throw new HomingError(
        'CONFIG_INVALID',
        `Tensor "${name}" is of type ${type}; only float32 and float64 can be trained`,
        { details: { tensor: name, trainable } },
      )
    }
    const refusals = refusalsBehind(graph, [name])
    if (refusals.length === 0) refusals.push('It does not change the output smoothly')
    throw new HomingError(
      'GRADIENT_UNSUPPORTED',
      `Tensor "${name}" cannot be trained. ${refusals.join('. ')}`,
      {
        details: { tensor: name, refusals, trainable },
      },
    )
  }
  return chosen
}

/** @throws HomingError GRADIENT_UNSUPPORTED when there are learned tensors, but operators keep all from being trained. */
function refuseAll(graph: ForwardGraph): void {
  const learned = [...graph.initializers.values()].filter(({ dataType }) => isFloat(dataType))
  const refusals = refusalsBehind(
    graph,
    learned.map(({ name }) => name),
  )
  if (refusals.length === 0) return
  throw new HomingError('GRADIENT_UNSUPPORTED', `No tensor can be trained. ${refusals.join('. ')}`, {
    details: { refusals, trainable: [] },
  })
}

/** Why operators have no gradient of what depends on `roots`. */
function refusalsBehind(graph: ForwardGraph, roots: readonly string[]): string[] {
  const reached = smoothlyDependentOn(graph, roots)
  return graph.nodes.filter(carriesGradient).flatMap((node) => {
    const index = node.inputs.findIndex(
      (input, index) => input && reached.has(input.name) && refusalOf(node, index) !== undefined,
    )
    return index === -1 ? [] : refusalOf(node, index)!
  })
}

/**
 * Whether the node has outputs of floating-point numbers that change smoothly; shapes, indices and masks pass no
 * gradient on, nor does rounding.
 */
function carriesGradient({ type, outputs, proto }: ForwardNode): boolean {
  if (ruleOf(type)?.flat) return false
  return outputs.some(
    (value, index) => proto.output[index] !== '' && (!value || isFloat(elementTypes[value.dtype].code)),
  )
}

function isFloat(dataType: number): boolean {
  const type = elementTypeOf(dataType)
  return type === 'float32' || type === 'float64'
}

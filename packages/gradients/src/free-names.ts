import { maxNameLength } from '@homing/protocol'

import type { ForwardGraph } from './forward-graph.ts'

/** Characters of a name, so that a number still fits behind it. */
const maxStemLength = maxNameLength - 16

/** Gives the wanted name, or one made from it where a tensor of `graph`, one of `others`, or an earlier call has it. */
export function freeNames(
  { inputs, initializers, nodes }: ForwardGraph,
  others: readonly string[] = [],
): (wanted: string) => string {
  const taken = new Set([
    ...inputs.map(({ name }) => name),
    ...others,
    ...initializers.keys(),
    ...nodes.flatMap(({ proto }) => proto.output),
  ])
  return (wanted) => {
    // The end tells what it is; a manifest holds names up to a length.
    const stem =
      wanted.length > maxStemLength ? wanted.slice(-maxStemLength).replace(/^[\udc00-\udfff]/, '') : wanted
    let name = stem
    for (let count = 2; taken.has(name); count++) name = `${stem}_${count}`
    taken.add(name)
    return name
  }
}

import type { ForwardGraph } from './forward-graph.ts'

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
    let name = wanted
    for (let count = 2; taken.has(name); count++) name = `${wanted}_${count}`
    taken.add(name)
    return name
  }
}

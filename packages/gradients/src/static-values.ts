import {
  type GraphProto,
  inferGraph,
  makeValueInfo,
  type ModelProto,
  tensorTypeOf,
  type ValueInfoProto,
} from '@homing/onnx'

import type { ShapedValue } from './emitter.ts'

/** What is known of the tensors of a graph before it runs. */
export interface StaticValues {
  /** Those of a known shape, by name. */
  readonly values: ReadonlyMap<string, ShapedValue>
  /** The numbers of a small one that does not depend on the inputs. */
  numbers(name: string): number[] | undefined
}

/** The tensors of a graph, once dynamic dimensions have the sizes that `dims` gives. */
export function staticValues(
  model: ModelProto,
  graph: GraphProto,
  dims: Readonly<Record<string, number>>,
): StaticValues {
  const bind = (info: ValueInfoProto): ValueInfoProto => {
    const type = tensorTypeOf(info)
    if (!type?.shape) return info
    const shape = type.shape.map((dim) =>
      typeof dim === 'string' && Object.hasOwn(dims, dim) ? dims[dim]! : dim,
    )
    return makeValueInfo(info.name, { dtype: type.dtype, shape })
  }
  // A declared shape hides an inferred one, so what stays dynamic is not declared.
  const settled = (infos: readonly ValueInfoProto[]): ValueInfoProto[] =>
    infos.map(bind).filter((info) => tensorTypeOf(info)?.shape?.every((dim) => typeof dim === 'number'))
  const bound = {
    ...graph,
    input: graph.input.map(bind),
    valueInfo: settled(graph.valueInfo),
    output: settled(graph.output),
  }
  const inferred = inferGraph({ ...model, graph: bound })
  const values = [...inferred.types].flatMap(([name, { dtype, shape }]): [string, ShapedValue][] => {
    const sizes = shape?.filter((dim) => typeof dim === 'number')
    return sizes && sizes.length === shape?.length ? [[name, { name, dtype, shape: sizes }]] : []
  })
  return { values: new Map(values), numbers: (name) => inferred.numbers(name) }
}

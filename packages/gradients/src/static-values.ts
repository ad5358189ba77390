import { inferTypes, makeValueInfo, type ModelProto, tensorTypeOf, type ValueInfoProto } from '@homing/onnx'

import type { ShapedValue } from './emitter.ts'

/** The tensors of a model whose shapes are known before it runs, once dynamic dimensions have the sizes that `dims` gives. */
export function staticValues(
  model: ModelProto,
  dims: Readonly<Record<string, number>>,
): Map<string, ShapedValue> {
  const { graph } = model
  if (!graph) return new Map()
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
  const values = [...inferTypes({ ...model, graph: bound })].flatMap(
    ([name, { dtype, shape }]): [string, ShapedValue][] => {
      const sizes = shape?.filter((dim) => typeof dim === 'number')
      return sizes && sizes.length === shape?.length ? [[name, { name, dtype, shape: sizes }]] : []
    },
  )
  return new Map(values)
}

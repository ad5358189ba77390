import type { GraphBuilder } from '@homing/onnx'

import type { ShapedValue } from './emitter.ts'

/** Gives the graph an input called `name` of the type and shape of `like`. */
export function declareInput(
  builder: GraphBuilder,
  name: string,
  { dtype, shape }: Pick<ShapedValue, 'dtype' | 'shape'>,
): ShapedValue {
  builder.input(name, dtype, shape)
  return { name, dtype, shape }
}

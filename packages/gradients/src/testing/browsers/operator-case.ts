import type { AttributeInputs, GraphBuilder, Value } from '@homing/onnx'

import type { Draw } from '../draw.ts'

/** One operator on inputs of these shapes. */
export interface OperatorCase {
  readonly name: string
  readonly define: (g: GraphBuilder, inputs: Value[]) => Value
  readonly shapes: readonly (readonly number[])[]
  /** Uniform numbers in -1..1 when absent. */
  readonly draw?: Draw
}

/** An operator that takes its inputs as they are. */
export const operatorCase = (
  type: string,
  shapes: OperatorCase['shapes'],
  attributes: AttributeInputs = {},
  draw?: Draw,
): OperatorCase => ({
  name: `${type} ${JSON.stringify(attributes)} of ${shapes.map((shape) => `[${shape.join()}]`).join(', ')}`,
  define: (g, inputs) => g.op(type, inputs, attributes),
  shapes,
  ...(draw && { draw }),
})

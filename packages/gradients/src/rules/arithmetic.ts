import { firstOutput, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'
import { sumToShape } from '../sum-to-shape.ts'

/** d(a + b) = da + db */
export const add: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) =>
  node.inputs.map((input, index) =>
    input && wants(index) ? sumToShape(emit, gradient, input.shape) : undefined,
  ),
)

/** d(a - b) = da - db */
export const sub: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => [
  wants(0) ? sumToShape(emit, gradient, requiredInput(node, 0).shape) : undefined,
  wants(1) ? emit.unary('Neg', sumToShape(emit, gradient, requiredInput(node, 1).shape)) : undefined,
])

/** d(a b) = b da + a db */
export const mul: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [a, b] = [requiredInput(node, 0), requiredInput(node, 1)]
  return [
    wants(0) ? sumToShape(emit, emit.binary('Mul', gradient, b), a.shape) : undefined,
    wants(1) ? sumToShape(emit, emit.binary('Mul', gradient, a), b.shape) : undefined,
  ]
})

/** d(a / b) = da / b - (a / b) db / b */
export const div: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [a, b, quotient] = [requiredInput(node, 0), requiredInput(node, 1), firstOutput(node)]
  const scaled = emit.binary('Div', gradient, b)
  return [
    wants(0) ? sumToShape(emit, scaled, a.shape) : undefined,
    wants(1) ? emit.unary('Neg', sumToShape(emit, emit.binary('Mul', scaled, quotient), b.shape)) : undefined,
  ]
})

import type { ShapedValue } from '../emitter.ts'
import { firstOutput, floatAttribute, type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule, type RuleContext } from '../rule.ts'
import { sumToShape } from '../sum-to-shape.ts'
import { unitStep } from '../unit-step.ts'

/** 1 where the output is positive, else 0. */
export const relu: GradientRule = firstOutputRule(({ node, emit }, gradient) => [
  emit.binary('Mul', gradient, unitStep(emit, firstOutput(node))),
])

/** One slope above zero, another below. */
const bent = (
  above: (node: ForwardNode) => number,
  below: (context: RuleContext, x: ShapedValue, y: ShapedValue) => ShapedValue,
): GradientRule =>
  firstOutputRule((context, gradient) => {
    const { node, emit } = context
    const x = requiredInput(node, 0)
    const slope = below(context, x, firstOutput(node))
    const slopes = emit.select(emit.compare('Greater', x, 0), emit.scalar(above(node), x.dtype), slope)
    return [emit.binary('Mul', gradient, slopes)]
  })

/** 1 above zero, alpha below. */
export const leakyRelu = bent(
  () => 1,
  ({ node, emit }, { dtype }) => emit.scalar(floatAttribute(node, 'alpha', 0.01), dtype),
)

/** 1 above zero, alpha e^x below, where y = alpha (e^x - 1). */
export const elu = bent(
  () => 1,
  ({ node, emit }, _, y) => emit.binary('Add', y, floatAttribute(node, 'alpha', 1)),
)

/** The constants of Klambauer et al. 2017, as ONNX rounds them. */
const seluAlpha = 1.6732631921768188
const seluGamma = 1.0507010221481323

/** gamma above zero, gamma alpha e^x below, where y = gamma alpha (e^x - 1). */
export const selu = bent(
  (node) => floatAttribute(node, 'gamma', seluGamma),
  ({ node, emit }, _, y) =>
    emit.binary(
      'Add',
      y,
      floatAttribute(node, 'alpha', seluAlpha) * floatAttribute(node, 'gamma', seluGamma),
    ),
)

/** 1 above zero, e^(x / alpha) below, where y = alpha (e^(x / alpha) - 1). */
export const celu = bent(
  () => 1,
  ({ node, emit }, _, y) =>
    emit.binary('Add', emit.binary('Mul', y, 1 / floatAttribute(node, 'alpha', 1)), 1),
)

/** 1 above alpha, 0 below. */
export const thresholdedRelu: GradientRule = firstOutputRule(({ node, emit }, gradient) => [
  emit.binary(
    'Mul',
    gradient,
    emit.mask('Greater', requiredInput(node, 0), floatAttribute(node, 'alpha', 1)),
  ),
])

/** As LeakyRelu, with learned slopes below zero. */
export const pRelu: GradientRule = firstOutputRule(({ node, emit, wants }, gradient) => {
  const [x, slope] = [requiredInput(node, 0), requiredInput(node, 1)]
  const ofInput = (): ShapedValue =>
    emit.select(emit.compare('Greater', x, 0), emit.scalar(1, x.dtype), slope)
  const ofSlope = (): ShapedValue => emit.binary('Mul', gradient, emit.binary('Min', x, 0))
  return [
    wants(0) ? emit.binary('Mul', gradient, ofInput()) : undefined,
    wants(1) ? sumToShape(emit, ofSlope(), slope.shape) : undefined,
  ]
})

/** alpha between the two ends, where y (1 - y) is above zero, 0 beyond. */
export const hardSigmoid: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const between = unitStep(emit, curve(emit, firstOutput(node)))
  return [emit.binary('Mul', gradient, emit.binary('Mul', between, floatAttribute(node, 'alpha', 0.2)))]
})

/** With h = HardSigmoid(x, 1/6, 1/2), y = x h: the slope is h, and x / 6 more between the ends. */
export const hardSwish: GradientRule = firstOutputRule(({ node, emit }, gradient) => {
  const x = requiredInput(node, 0)
  const h = emit.op('HardSigmoid', [x], x.shape, { alpha: 1 / 6, beta: 0.5 })
  const rise = emit.binary('Mul', emit.binary('Mul', x, 1 / 6), unitStep(emit, curve(emit, h)))
  return [emit.binary('Mul', gradient, emit.binary('Add', h, rise))]
})

/** y (1 - y) */
function curve(emit: RuleContext['emit'], y: ShapedValue): ShapedValue {
  return emit.binary('Mul', y, emit.binary('Sub', 1, y))
}

import type { Emitter, ShapedValue } from '../emitter.ts'
import { type ForwardNode, requiredInput } from '../forward-node.ts'
import { firstOutputRule, type GradientRule } from '../rule.ts'

/** How many elements a Pad puts before and after an axis. */
interface Border {
  readonly axis: number
  /** Elements of the axis before. */
  readonly size: number
  readonly begin: number
  readonly end: number
}

/** What the borders that repeat elements of one axis add to these elements: a tensor per border, of the input's size. */
type BorderGradient = (emit: Emitter, gradient: ShapedValue, border: Border) => ShapedValue[]

/**
 * What lies between the borders, and, where the borders repeat elements, their gradients added to those of what they
 * repeat, axis by axis. The number that fills constant borders gets the sum of theirs.
 */
export const pad: GradientRule = firstOutputRule(
  ({ node, emit, wants }, gradient) => {
    const borders = bordersOf(node)!
    const repeated = borderGradients[node.attributes.string('mode', 'constant')]
    const inner = borders.reduce((value, border) => {
      const parts = repeated?.(emit, value, border) ?? []
      return parts.reduce((sum, part) => emit.binary('Add', sum, part), cut(emit, value, border))
    }, gradient)
    return [inner, undefined, wants(2) ? ofFill(emit, node, gradient, inner) : undefined]
  },
  (node) => {
    const mode = node.attributes.string('mode', 'constant')
    const borders = bordersOf(node)
    if (!borders) return 'its sizes are not known before it runs'
    if (mode === 'constant') return undefined
    if (!Object.hasOwn(borderGradients, mode)) return `its mode is "${mode}"`
    if (borders.some(({ begin, end }) => begin < 0 || end < 0)) return `it cuts off in mode "${mode}"`
    // Reflected or wrapped more than once, an element is repeated in several places of one border.
    const most = (size: number): number => ({ edge: Infinity, wrap: size })[mode] ?? size - 1
    return borders.some(({ size, begin, end }) => Math.max(begin, end) > most(size))
      ? `it is wider than what it repeats in mode "${mode}"`
      : undefined
  },
)

const borderGradients: Readonly<Record<string, BorderGradient>> = {
  edge: (emit, value, { axis, size, begin, end }) => {
    const sum = (start: number, count: number, place: number): ShapedValue =>
      placed(emit, emit.sum(emit.slice(value, [axis], [start], [count]), [axis], true), axis, place, size)
    return [...(begin ? [sum(0, begin, 0)] : []), ...(end ? [sum(begin + size, end, size - 1)] : [])]
  },
  reflect: (emit, value, { axis, size, begin, end }) => {
    // Backwards from the far end of the border.
    const mirrored = (last: number, count: number, place: number): ShapedValue =>
      placed(emit, emit.slice(value, [axis], [last], [count], [-1]), axis, place, size)
    return [
      ...(begin ? [mirrored(begin - 1, begin, 1)] : []),
      ...(end ? [mirrored(begin + size + end - 1, end, size - 1 - end)] : []),
    ]
  },
  wrap: (emit, value, { axis, size, begin, end }) => {
    const moved = (start: number, count: number, place: number): ShapedValue =>
      placed(emit, emit.slice(value, [axis], [start], [count]), axis, place, size)
    return [...(begin ? [moved(0, begin, size - begin)] : []), ...(end ? [moved(begin + size, end, 0)] : [])]
  },
}

/** An axis without its borders; a negative border was cut off and gets zeros. */
function cut(emit: Emitter, value: ShapedValue, { axis, begin, end }: Border): ShapedValue {
  const zeros = value.shape.map(() => 0)
  return emit.pad(value, zeros.with(axis, 0 - begin), zeros.with(axis, 0 - end))
}

/** The elements from `place` on of an axis of `size` elements, zeros around them. */
function placed(emit: Emitter, value: ShapedValue, axis: number, place: number, size: number): ShapedValue {
  const zeros = value.shape.map(() => 0)
  return emit.pad(value, zeros.with(axis, place), zeros.with(axis, size - place - value.shape[axis]!))
}

/** The gradients of the borders: all but those of the elements that stayed. */
function ofFill(emit: Emitter, node: ForwardNode, whole: ShapedValue, inner: ShapedValue): ShapedValue {
  const total = (value: ShapedValue): ShapedValue =>
    emit.sum(
      value,
      value.shape.map((_, axis) => axis),
      false,
    )
  return emit.reshape(emit.binary('Sub', total(whole), total(inner)), requiredInput(node, 2).shape)
}

function bordersOf(node: ForwardNode): Border[] | undefined {
  const { shape } = requiredInput(node, 0)
  const pads = node.numbers(1)
  const axes = node.inputs[3] ? node.numbers(3) : shape.map((_, axis) => axis)
  if (!pads || !axes) return undefined
  return axes.map((given, at) => {
    const axis = given < 0 ? given + shape.length : given
    return { axis, size: shape[axis]!, begin: pads[at]!, end: pads[at + axes.length]! }
  })
}

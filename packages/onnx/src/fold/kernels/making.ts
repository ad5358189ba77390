import { fromFront } from '../../infer/type-rule.ts'
import { readTensor } from '../../tensor/read-tensor.ts'
import { type Kernel, numbersOf } from '../kernel.ts'
import { type Element, fill, stridesOf } from '../known-tensor.ts'
import { isArithmetic } from './arithmetic.ts'

const constantOfShape: Kernel = ({ attributes, outputs: [type] }) => {
  const value = attributes.tensor('value')
  const element = value ? (readTensor(value).data as ArrayLike<Element>)[0] : 0
  return type && [fill(type, () => element)]
}

/** Of whole numbers alone: those of fractions are rounded otherwise by other engines. */
const range: Kernel = ({ inputs: [start, , step], outputs: [type] }) => {
  if (!type || !isArithmetic(start) || step?.dtype !== start.dtype || type.dtype.startsWith('float'))
    return undefined
  const [first, delta] = [start.data[0], step.data[0]]
  if (first === undefined || delta === undefined) return undefined
  return [
    fill(type, (index) =>
      typeof first === 'bigint' ? first + BigInt(index) * (delta as bigint) : first + index * Number(delta),
    ),
  ]
}

type Reduction = (a: Element, b: Element) => Element

const sum: Reduction = (a, b) => (typeof a === 'bigint' ? a + (b as bigint) : a + Number(b))
const product: Reduction = (a, b) => (typeof a === 'bigint' ? a * (b as bigint) : a * Number(b))

/** Sums and products of whole numbers alone, since the order matters for fractions. */
const reduce =
  (operation: Reduction, wholeOnly: boolean): Kernel =>
  (node) => {
    const {
      attributes,
      inputs: [x],
      outputs: [type],
    } = node
    if (!type || !isArithmetic(x) || (wholeOnly && x.dtype.startsWith('float'))) return undefined
    if (x.data.length === 0 || Array.from<Element>(x.data).some(Number.isNaN)) return undefined
    const axes = (attributes.ints('axes') ?? numbersOf(node, 1) ?? []).map((axis) =>
      fromFront(axis, x.shape.length),
    )
    const all = axes.length === 0 && attributes.int('noop_with_empty_axes', 0) === 0
    const kept = x.shape.map((size, axis) => (all || axes.includes(axis) ? 1 : size))
    const [steps, places] = [stridesOf(x.shape), stridesOf(kept)]
    const totals: Element[] = []
    for (const [index, value] of Array.from<Element>(x.data).entries()) {
      let at = 0
      for (const [axis, step] of steps.entries())
        if (kept[axis]! > 1) at += (Math.floor(index / step) % kept[axis]!) * places[axis]!
      const total = totals[at]
      totals[at] = total === undefined ? value : operation(total, value)
    }
    return [fill(type, (index) => totals[index])]
  }

/** Operators that make tensors of sizes and of few numbers. */
export const makingKernels: Readonly<Record<string, Kernel>> = {
  ConstantOfShape: constantOfShape,
  Range: range,
  ReduceMax: reduce((a, b) => (a > b ? a : b), false),
  ReduceMin: reduce((a, b) => (a < b ? a : b), false),
  ReduceProd: reduce(product, true),
  ReduceSum: reduce(sum, true),
}

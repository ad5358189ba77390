import type { NodeProto } from '../generated/onnx-ml_pb.js'
import { makeNode } from '../graph/make-node.ts'
import { nodeAttributes } from '../graph/node-attributes.ts'
import { operatorName } from '../graph/value-uses.ts'
import { elementTypes } from '../tensor/element-types.ts'
import type { StoredWeight } from './stored-weight.ts'

/** What rewriting nodes needs. */
export interface DynamicRewriting {
  fresh(stem: string): string
  /** What was written so far. */
  readonly nodes: NodeProto[]
  /** Inputs that were rounded already. */
  readonly rounded: Map<string, Rounded>
}

/** Names of what DynamicQuantizeLinear gives. */
interface Rounded {
  readonly values: string
  readonly scale: string
  readonly zero: string
}

/** A matrix as whole-number products take it. */
interface Operands {
  readonly matrix: string
  /** One for each column. */
  readonly scales: string
  readonly bias?: string
}

/**
 * Writes MatMul or Gemm as a product of whole numbers whose input is rounded in each call (ONNX's DynamicQuantizeLinear and
 * MatMulInteger). Tells whether the node can be written so. Convolutions cannot: onnxruntime-web 1.30 runs ConvInteger 20
 * times slower than Conv.
 */
export function dynamicNode(
  node: NodeProto,
  weight: StoredWeight | undefined,
  rewriting: DynamicRewriting,
): boolean {
  const operands = weight && operandsOf(node, weight)
  if (!operands) return false
  const { fresh, nodes } = rewriting
  const out = node.output[0]!
  const name = (stem: string): string => fresh(`${out}/${stem}`)
  const { values, scale, zero } = round(node.input[0]!, rewriting)
  const [whole, single, scales] = [name('whole'), name('single'), name('scales')]
  const { matrix, bias } = operands
  const scaled = bias === undefined ? out : name('scaled')
  nodes.push(
    makeNode('MatMulInteger', [values, matrix, zero], whole),
    makeNode('Cast', [whole], single, { to: elementTypes.float32.code }),
    makeNode('Mul', [scale, operands.scales], scales),
    makeNode('Mul', [single, scales], scaled),
  )
  if (bias !== undefined) nodes.push(makeNode('Add', [scaled, bias], out))
  return true
}

function operandsOf(node: NodeProto, weight: StoredWeight): Operands | undefined {
  const operator = operatorName(node)
  if (operator === 'MatMul' && weight.shape.length === 2)
    return { matrix: weight.values(), scales: weight.scales() }
  if (operator !== 'Gemm') return undefined
  const attributes = nodeAttributes(node)
  const bias = node.input[2] ?? ''
  const isPlain = attributes.float('alpha', 1) === 1 && attributes.int('transA', 0) === 0
  if (!isPlain || (bias !== '' && attributes.float('beta', 1) !== 1)) return undefined
  return {
    matrix: attributes.int('transB', 0) === 0 ? weight.values() : weight.transposed(),
    scales: weight.scales(),
    ...(bias === '' ? {} : { bias }),
  }
}

/** Rounds a value once for all that read it. */
function round(input: string, { fresh, nodes, rounded }: DynamicRewriting): Rounded {
  const known = rounded.get(input)
  if (known) return known
  const made: Rounded = {
    values: fresh(`${input}/uint8`),
    scale: fresh(`${input}/range`),
    zero: fresh(`${input}/zero`),
  }
  const node = makeNode('DynamicQuantizeLinear', [input], made.values)
  node.output = [made.values, made.scale, made.zero]
  nodes.push(node)
  rounded.set(input, made)
  return made
}

import { type ModelProto, type NodeProto, tensorHeader } from '@homing/onnx'

/** A weight that can have an adapter, as a matrix from what it takes in to what it gives out. */
export interface AdaptableWeight {
  readonly name: string
  readonly shape: readonly number[]
  readonly inputs: number
  readonly outputs: number
  /** The nodes that use it, all of one operator. */
  readonly nodes: readonly NodeProto[]
  /** Whether it is stored with outputs first. */
  readonly transposed: boolean
}

/** The float32 weights of MatMul, Gemm and Conv whose uses agree on what is input and what output. */
export function adaptableWeights({ graph }: ModelProto): AdaptableWeight[] {
  return (graph?.initializer ?? []).flatMap((tensor) => {
    const { type, shape } = tensorHeader(tensor)
    const nodes = graph!.node.filter(({ input }) => input.includes(tensor.name))
    const [first, ...others] = nodes
    if (!first || type !== 'float32' || shape.includes(0)) return []
    const layout = layoutOf(first, shape)
    if (!layout || others.some((node) => node.opType !== first.opType)) return []
    const agree = nodes.every(
      (node) => readsAsWeight(node, tensor.name) && layoutOf(node, shape)?.transposed === layout.transposed,
    )
    return agree ? [{ name: tensor.name, shape, nodes, ...layout }] : []
  })
}

function readsAsWeight({ input, domain }: NodeProto, name: string): boolean {
  return domain === '' && input[1] === name && input.filter((other) => other === name).length === 1
}

function layoutOf(
  { opType, attribute }: NodeProto,
  shape: readonly number[],
): Pick<AdaptableWeight, 'inputs' | 'outputs' | 'transposed'> | undefined {
  const [rows, ...rest] = shape
  const columns = rest.reduce((product, dim) => product * dim, 1)
  const outputsFirst = { inputs: columns, outputs: rows!, transposed: true }
  const inputsFirst = { inputs: rows!, outputs: columns, transposed: false }
  switch (opType) {
    case 'MatMul':
      return shape.length === 2 ? inputsFirst : undefined
    case 'Gemm':
      return attribute.some(({ name, i }) => name === 'transB' && i === 1n) ? outputsFirst : inputsFirst
    case 'Conv':
      return shape.length >= 3 ? outputsFirst : undefined
    default:
      return undefined
  }
}

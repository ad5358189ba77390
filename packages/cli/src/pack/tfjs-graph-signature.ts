import type { Signature, TensorSpec } from '@homing/protocol'
import type { GraphModel } from '@tensorflow/tfjs-converter'
import type * as tfCore from '@tensorflow/tfjs-core'

import { tfjsSpec, type TfjsTensor } from './tfjs-spec.ts'

/** TensorFlow's names of data types (tensorflow/core/framework/types.proto). */
const tensorFlowTypes: Readonly<Record<string, string>> = {
  DT_FLOAT: 'float32',
  DT_INT32: 'int32',
  DT_INT64: 'int32', // as tfjs reads it
  DT_BOOL: 'bool',
  DT_STRING: 'string',
}

/** `TensorInfo` of a SavedModel's signature, as JSON. */
interface SignatureTensor {
  readonly name: string
  readonly dtype: string
  readonly tensorShape?: {
    readonly dim?: readonly { readonly size: string | number }[]
    readonly unknownRank?: boolean
  }
  /** Set where the tensor is a table that the model itself fills, not one that callers pass. */
  readonly resourceId?: number | null
}

type SignatureTensors = Readonly<Record<string, SignatureTensor>>

/** An input or output under its public name, and the node that takes or gives it. */
interface Port extends TfjsTensor {
  readonly node: string
}

/**
 * Inputs and outputs of a graph model: by the names of its SavedModel's signature, which also tells the shapes of
 * outputs, else by the names of its nodes.
 */
export async function graphSignature(model: GraphModel, core: typeof tfCore): Promise<Signature> {
  // Undefined for a model without a signature, whatever its type says.
  const named = model.modelSignature as { inputs?: SignatureTensors; outputs?: SignatureTensors } | undefined
  const inputs = portsOf(named?.inputs, model.inputs)
  const outputs = portsOf(named?.outputs, model.outputs)
  const takes = inputs.map((input) => tfjsSpec(input, 'input'))
  const open = outputs.some(({ shape }) => !shape)
  const ran = open ? await runOnce(model, inputs, takes, outputs, core) : []
  return { inputs: takes, outputs: outputs.map((output, i) => tfjsSpec({ ...output, ...ran[i] }, 'output')) }
}

function portsOf(named: SignatureTensors | undefined, nodes: readonly TfjsTensor[]): Port[] {
  if (!named) return nodes.map((node) => ({ ...node, node: node.name }))
  const taken = Object.entries(named).filter(([, { resourceId }]) => resourceId == null)
  return taken.map(([name, { name: node, dtype, tensorShape }]) => ({
    name,
    node,
    dtype: tensorFlowTypes[dtype] ?? dtype,
    shape: tensorShape?.unknownRank
      ? nodes.find((found) => found.name === node.replace(/:\d+$/, ''))?.shape
      : (tensorShape?.dim ?? []).map(({ size }) => Number(size)),
  }))
}

/** Types and ranks of outputs for inputs of zeros, dynamic dimensions 1. Sizes stay open. */
async function runOnce(
  model: GraphModel,
  inputs: readonly Port[],
  specs: readonly TensorSpec[],
  outputs: readonly Port[],
  core: typeof tfCore,
): Promise<Pick<TfjsTensor, 'dtype' | 'shape'>[]> {
  const zeros = specs.map(({ dtype, shape }, i) => {
    const sizes = shape.map((dim) => (typeof dim === 'number' ? dim : 1))
    return [inputs[i]!.node, core.zeros(sizes, dtype as 'float32')] as const
  })
  const nodes = outputs.map(({ node }) => node)
  const results = [await model.executeAsync(Object.fromEntries(zeros), nodes)].flat()
  const found = results.map(({ dtype, shape }) => ({ dtype, shape: shape.map(() => null) }))
  core.dispose([...results, ...zeros.map(([, tensor]) => tensor)])
  return found
}

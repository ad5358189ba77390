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
}

/** Inputs and outputs of a graph model, in its own order, by the names of their nodes. */
export async function graphSignature(model: GraphModel, core: typeof tfCore): Promise<Signature> {
  const inputs = model.inputs.map((input) => tfjsSpec(input, 'input'))
  const found = outputsInSignature(model)
  const open = model.outputs.some(({ name }) => !found.get(name)?.shape)
  const ran = open ? await runOnce(model, inputs, core) : []
  const outputs = model.outputs.map(({ name }, i) => {
    const told = found.get(name)
    return tfjsSpec(told?.shape ? told : { dtype: '', ...ran[i], name }, 'output')
  })
  return { inputs, outputs }
}

/** Outputs as the signature of the SavedModel has them: the nodes of a graph do not tell their shapes. */
function outputsInSignature(model: GraphModel): Map<string, TfjsTensor> {
  // Undefined for a model without a signature, whatever its type says.
  const signature = model.modelSignature as { outputs?: Record<string, SignatureTensor> } | undefined
  const infos = Object.values(signature?.outputs ?? {}).map(({ name, dtype, tensorShape }): TfjsTensor => ({
    name: name.replace(/:0$/, ''),
    dtype: tensorFlowTypes[dtype] ?? dtype,
    shape: tensorShape?.unknownRank ? undefined : (tensorShape?.dim ?? []).map(({ size }) => Number(size)),
  }))
  return new Map(infos.map((info) => [info.name, info]))
}

/** Outputs for inputs of zeros, dynamic dimensions 1. This tells types and ranks; sizes stay open. */
async function runOnce(
  model: GraphModel,
  inputs: readonly TensorSpec[],
  core: typeof tfCore,
): Promise<TfjsTensor[]> {
  const zeros = inputs.map(({ name, dtype, shape }) => {
    const sizes = shape.map((dim) => (typeof dim === 'number' ? dim : 1))
    return [name, core.zeros(sizes, dtype as 'float32')] as const
  })
  const results = await model.executeAsync(Object.fromEntries(zeros))
  const outputs = Array.isArray(results) ? results : [results]
  const found = outputs.map(({ dtype, shape }, i) => ({
    name: model.outputs[i]!.name,
    dtype,
    shape: shape.map(() => null),
  }))
  core.dispose([...outputs, ...zeros.map(([, tensor]) => tensor)])
  return found
}

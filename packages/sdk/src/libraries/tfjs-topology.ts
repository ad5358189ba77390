import { parseJsonBytes, parseWith } from '@homing/protocol'
import type { io } from '@tensorflow/tfjs-core'
import * as v from 'valibot'

const NamedTensorsSchema = v.optional(v.record(v.string(), v.looseObject({ name: v.optional(v.string()) })))

/** A TensorFlow.js model without its weights: what `homing pack` writes as the graph of a tfjs package. */
const TopologySchema = v.looseObject({
  format: v.picklist(['layers-model', 'graph-model']),
  modelTopology: v.looseObject({}),
  /** In the order in which the weights follow one another in the parameter file, without gaps. */
  weightSpecs: v.array(v.looseObject({ name: v.string(), shape: v.array(v.number()), dtype: v.string() })),
  signature: v.optional(v.looseObject({ inputs: NamedTensorsSchema, outputs: NamedTensorsSchema })),
})

/** A TensorFlow.js model without its weights. */
export type TfjsTopology = v.InferOutput<typeof TopologySchema>

/** @throws HomingError TFJS_INVALID */
export function parseTopology(bytes: Uint8Array): TfjsTopology {
  const what = 'The tfjs topology'
  return parseWith(TopologySchema, parseJsonBytes(bytes, 'TFJS_INVALID', what), 'TFJS_INVALID', what)
}

/** The whole model as TensorFlow.js loads it from memory. */
export function modelArtifacts(
  topology: TfjsTopology,
  parameters: Uint8Array<ArrayBuffer>,
): io.ModelArtifacts {
  const { buffer, byteOffset, byteLength } = parameters
  const whole = byteLength === buffer.byteLength
  return {
    ...topology,
    weightData: whole ? buffer : buffer.slice(byteOffset, byteOffset + byteLength),
  } as unknown as io.ModelArtifacts
}

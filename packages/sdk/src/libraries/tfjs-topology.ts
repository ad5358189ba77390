import { HomingError, parseJsonBytes } from '@homing/protocol'
import type { io } from '@tensorflow/tfjs-core'

type NamedTensors = Readonly<Record<string, { readonly name?: string }>>

/** A TensorFlow.js model without its weights: what `homing pack` writes as the graph of a tfjs package. */
export interface TfjsTopology {
  readonly format: 'layers-model' | 'graph-model'
  readonly modelTopology: object
  /** In the order in which the weights follow one another in the parameter file, without gaps. */
  readonly weightSpecs: readonly {
    readonly name: string
    readonly shape: readonly number[]
    readonly dtype: string
  }[]
  readonly signature?: { readonly inputs?: NamedTensors; readonly outputs?: NamedTensors }
}

const what = 'The tfjs topology'

/**
 * Read by hand: a schema would bring its library into a worker that needs it for nothing else.
 * @throws HomingError TFJS_INVALID
 */
export function parseTopology(bytes: Uint8Array): TfjsTopology {
  const topology = parseJsonBytes(bytes, 'TFJS_INVALID', what)
  const { format, modelTopology, weightSpecs, signature = {} } = record(topology, '')
  if (format !== 'layers-model' && format !== 'graph-model') throw malformed('format')
  record(modelTopology, 'modelTopology')
  if (!Array.isArray(weightSpecs)) throw malformed('weightSpecs')
  weightSpecs.forEach((spec: unknown, index) => {
    const at = `weightSpecs.${index}`
    const { name, shape, dtype } = record(spec, at)
    const isShape = Array.isArray(shape) && shape.every((size) => typeof size === 'number')
    if (typeof name !== 'string' || typeof dtype !== 'string' || !isShape) throw malformed(at)
  })
  const sides = record(signature, 'signature')
  for (const side of ['inputs', 'outputs']) {
    for (const [key, tensor] of Object.entries(record(sides[side] ?? {}, `signature.${side}`))) {
      const at = `signature.${side}.${key}`
      const { name } = record(tensor, at)
      if (name !== undefined && typeof name !== 'string') throw malformed(at)
    }
  }
  return topology as TfjsTopology
}

function record(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw malformed(at)
  return value as Readonly<Record<string, unknown>>
}

const malformed = (at: string): HomingError =>
  new HomingError('TFJS_INVALID', `${what} is malformed${at && `: ${at}`}`, { details: { path: at } })

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

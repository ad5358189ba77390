import * as v from 'valibot'

import { maxProbeBytes, maxProbeCases } from './config.ts'
import { ByteCountSchema, FileRefSchema } from './names.ts'
import type { DType, Signature, TensorSpec } from './tensor.ts'
import { typedArrays } from './typed-arrays.ts'
import { FixedTensorSchema } from './training.ts'

const ratio = v.pipe(v.number(), v.finite(), v.minValue(0))

/** A tensor of a probe: `size` little-endian bytes at `offset` of the blob of the inputs, or of the outputs. */
const TensorPlaceSchema = v.object({
  ...FixedTensorSchema.entries,
  offset: ByteCountSchema,
  size: ByteCountSchema,
})

/** Where a tensor of a probe lies. */
export type TensorPlace = v.InferOutput<typeof TensorPlaceSchema>

const PlacesSchema = v.pipe(v.array(TensorPlaceSchema), v.minLength(1), v.maxLength(1024))
const ProbeFileSchema = v.object({
  ...FileRefSchema.entries,
  size: v.pipe(ByteCountSchema, v.maxValue(maxProbeBytes)),
})

/** How far outputs may lie from those of the probes: `|got - want| <= absolute + relative * |want|`, element by element. */
const ToleranceSchema = v.object({
  absolute: ratio,
  relative: ratio,
  /** Least share of rows (along the last dimension of each output) whose greatest element is where it should be. */
  labels: v.optional(v.pipe(ratio, v.maxValue(1))),
})

/** How far outputs may lie from those of the probes. */
export type Tolerance = v.InferOutput<typeof ToleranceSchema>

/**
 * Golden inputs with the outputs that they must give, at the level of the signature: after the pipeline has encoded, and
 * before it decodes. Inputs and outputs lie in files of their own, so that a federated version names its base's inputs.
 */
export const ProbesSchema = v.object({
  inputs: ProbeFileSchema,
  outputs: ProbeFileSchema,
  cases: v.pipe(
    v.array(v.object({ inputs: PlacesSchema, outputs: PlacesSchema })),
    v.minLength(1),
    v.maxLength(maxProbeCases),
  ),
  tolerance: ToleranceSchema,
  /** Where the outputs come from: the author's framework, or the packed model itself, run in Node. */
  source: v.picklist(['author', 'computed']),
})

/** Golden inputs with the outputs that they must give. */
export type Probes = v.InferOutput<typeof ProbesSchema>

/** What in the probes does not fit the signature or their files; undefined where nothing does. */
export function probesProblem({ cases, inputs, outputs }: Probes, signature: Signature): string | undefined {
  for (const [index, probe] of cases.entries()) {
    const sizes = new Map<string, number>()
    const missing = signature.inputs.find(({ name }) => probe.inputs.every((place) => place.name !== name))
    const problem =
      (missing && `has no input "${missing.name}"`) ??
      placesProblem(probe.inputs, signature.inputs, inputs.size, sizes) ??
      placesProblem(probe.outputs, signature.outputs, outputs.size, sizes)
    if (problem !== undefined) return `has a probe (case ${index + 1}) that ${problem}`
  }
  return undefined
}

/** `sizes` collects what the dynamic dimensions of this case are. */
function placesProblem(
  places: readonly TensorPlace[],
  specs: readonly TensorSpec[],
  fileSize: number,
  sizes: Map<string, number>,
): string | undefined {
  const seen = new Set<string>()
  for (const place of places) {
    const { name, offset, size } = place
    const spec = specs.find((candidate) => candidate.name === name)
    if (!spec) return `names "${name}", which the signature does not`
    if (seen.has(name)) return `names "${name}" twice`
    seen.add(name)
    if (spec.dtype !== place.dtype) return `gives "${name}" as ${place.dtype}; the signature as ${spec.dtype}`
    if (!fits(place.shape, spec.shape, sizes))
      return `gives "${name}" the shape [${place.shape.join(', ')}]; the signature [${spec.shape.join(', ')}]`
    if (size !== bytesOf(place.dtype, place.shape))
      return `gives "${name}" ${size} bytes, which is not what its shape takes`
    if (offset + size > fileSize) return `places "${name}" outside its file`
  }
  return undefined
}

function fits(
  shape: readonly number[],
  dims: readonly (number | string)[],
  sizes: Map<string, number>,
): boolean {
  if (shape.length !== dims.length) return false
  return dims.every((dim, axis) => {
    const size = shape[axis]!
    if (typeof dim === 'number') return dim === size
    const known = sizes.get(dim) ?? size
    sizes.set(dim, known)
    return known === size
  })
}

/** Bytes of a tensor; undefined of strings, which have no fixed size and so no place in a file. */
function bytesOf(dtype: DType, shape: readonly number[]): number | undefined {
  if (dtype === 'string') return undefined
  return shape.reduce((product, dim) => product * dim, typedArrays[dtype].BYTES_PER_ELEMENT)
}

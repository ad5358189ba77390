import { HomingError, type Pipeline, type Signature, type Tensor, type TensorSpec } from '@homing/protocol'

import type { imageEncoder } from './image/image-encoder.ts'
import { outputReader } from './output/output-reader.ts'
import type { SampleReading } from './output/reading.ts'
import { isTensor, type PipelineContext, type PipelineInput } from './pipeline-input.ts'
import { quoted } from './quoted.ts'
import { refusePipeline } from './refuse-pipeline.ts'
import type { tableEncoder } from './table/table-encoder.ts'

/** A pipeline that fits its signature, ready to run. It keeps no state between calls. */
export interface CompiledPipeline {
  /**
   * What the caller passes, as the model's tensors. A tensor passed under an input's name or under its tensor's name
   * skips the steps. Check the result with `checkInputs`. Window features without `context` are missing values.
   * @throws HomingError INPUT_NAME, INPUT_DTYPE, INPUT_SHAPE or INPUT_VALUE
   */
  readonly encode: (
    inputs: Readonly<Record<string, PipelineInput>>,
    context?: PipelineContext,
  ) => Record<string, Tensor>
  /** The model's outputs as one reading per sample of the batch. Empty without output readings. */
  readonly decode: (outputs: Readonly<Record<string, Tensor>>) => readonly SampleReading[]
}

interface Encoder {
  readonly tensor: string
  readonly encode: (value: unknown, context?: PipelineContext) => Tensor
}

/** Encoders by the kind of input; those of kinds that a pipeline has must be there. */
export interface EncodersByKind {
  readonly image?: typeof imageEncoder
  readonly table?: typeof tableEncoder
}

/** `compilePipeline` with these encoders. */
export function compileWith(
  kinds: EncodersByKind,
  pipeline: Pipeline | undefined,
  signature: Signature,
): CompiledPipeline {
  const encoders = compileInputs(kinds, pipeline?.inputs ?? [], signature)
  const names = new Set(signature.inputs.map(({ name }) => name))
  const readers = (pipeline?.outputs ?? []).map((output, index) => {
    const path = `outputs.${index}`
    const spec = specOf(signature.outputs, output.tensor, path)
    return { tensor: spec.name, read: outputReader(output, spec, path) }
  })
  return {
    encode: (inputs, context) => encodeInputs(encoders, names, inputs, context),
    decode(outputs) {
      const columns = readers.map(({ tensor, read }) => {
        const output = Object.hasOwn(outputs, tensor) ? outputs[tensor] : undefined
        if (output === undefined)
          throw new HomingError('ENGINE_FAILED', `The engine gave no output "${tensor}"`)
        return read(output)
      })
      return (columns[0] ?? []).map((first, sample) => {
        const { kind: _kind, tensor: _tensor, ...fields } = first
        const readings = columns.flatMap((column) => column[sample] ?? [])
        return { ...fields, readings }
      })
    },
  }
}

function compileInputs(
  kinds: EncodersByKind,
  inputs: Pipeline['inputs'],
  signature: Signature,
): ReadonlyMap<string, Encoder> {
  const encoders = new Map<string, Encoder>()
  const taken = new Set<string>()
  for (const [index, input] of inputs.entries()) {
    const path = `inputs.${index}`
    const spec = specOf(signature.inputs, input.tensor, path)
    if (encoders.has(input.name)) refusePipeline(`${path}.name`, `"${input.name}" is named twice`)
    if (taken.has(input.tensor)) refusePipeline(`${path}.tensor`, `"${input.tensor}" is filled twice`)
    if (input.name !== input.tensor && signature.inputs.some(({ name }) => name === input.name)) {
      refusePipeline(`${path}.name`, `"${input.name}" is the name of another tensor`)
    }
    taken.add(input.tensor)
    const encode = input.kind === 'image' ? kinds.image!(input, spec, path) : kinds.table!(input, spec, path)
    encoders.set(input.name, { tensor: input.tensor, encode })
  }
  return encoders
}

function encodeInputs(
  encoders: ReadonlyMap<string, Encoder>,
  names: ReadonlySet<string>,
  inputs: Readonly<Record<string, PipelineInput>>,
  context: PipelineContext | undefined,
): Record<string, Tensor> {
  const tensors: Record<string, Tensor> = {}
  for (const [name, value] of Object.entries(inputs)) {
    const encoder = encoders.get(name)
    const target = encoder?.tensor ?? name
    if (!names.has(target)) refuseUnknown(name, encoders, names)
    if (Object.hasOwn(tensors, target)) {
      throw new HomingError('INPUT_NAME', `Input "${target}" is passed twice`, { details: { name: target } })
    }
    if (isTensor(value)) tensors[target] = value
    else if (encoder) tensors[target] = encoder.encode(value, context)
    else
      throw new HomingError('INPUT_DTYPE', `Input "${name}" must be a tensor { dtype, shape, data }`, {
        details: { name },
      })
  }
  for (const [name, { tensor }] of encoders) {
    if (!Object.hasOwn(tensors, tensor))
      throw new HomingError('INPUT_NAME', `Input "${name}" is missing`, { details: { name } })
  }
  return tensors
}

function refuseUnknown(
  name: string,
  encoders: ReadonlyMap<string, Encoder>,
  names: ReadonlySet<string>,
): never {
  const filled = new Set(Array.from(encoders.values(), ({ tensor }) => tensor))
  const expected = [...encoders.keys(), ...[...names].filter((tensor) => !filled.has(tensor))]
  throw new HomingError('INPUT_NAME', `The model has no input "${name}"; it takes ${quoted(expected)}`, {
    details: { name, expected },
  })
}

function specOf(specs: readonly TensorSpec[], name: string, path: string): TensorSpec {
  return (
    specs.find((spec) => spec.name === name) ??
    refusePipeline(
      `${path}.tensor`,
      `the signature has no "${name}", only ${quoted(specs.map((spec) => spec.name))}`,
    )
  )
}

import type { PipelineInput } from '@homing/pipeline'
import {
  HomingError,
  type ReportedCall,
  type ReportedInput,
  type ReportedTensor,
  type Tensor,
  typedArrays,
} from '@homing/protocol'

/**
 * What a call was given, as the SDK takes it.
 * @throws HomingError CONFIG_INVALID for data that is not of its shape.
 */
export function inputsOf(inputs: NonNullable<ReportedCall['inputs']>): Record<string, PipelineInput> {
  const read = Object.entries(inputs).map(([name, value]) => [name, inputOf(name, value)] as const)
  return Object.fromEntries(read)
}

/**
 * What a call was answered.
 * @throws HomingError CONFIG_INVALID for data that is not of its shape.
 */
export function outputsOf(outputs: NonNullable<ReportedCall['outputs']>): Record<string, Tensor> {
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, tensorOf(name, value)]))
}

type OneInput = Exclude<ReportedInput, readonly unknown[]>

function inputOf(name: string, value: ReportedInput): PipelineInput {
  if (!Array.isArray(value)) return oneOf(name, value)
  return value.map((item) => oneOf(name, item)) as unknown as PipelineInput // images or rows: the pipeline checks it
}

function oneOf(name: string, value: OneInput): PipelineInput {
  if (value.kind === 'tensor') return tensorOf(name, value)
  if (value.kind === 'row') return value.values as PipelineInput // true and false too: the pipeline checks them
  const { width, height } = value
  return { width, height, data: new Uint8ClampedArray(bytesOf(name, value.data, width * height * 4)) }
}

function tensorOf(name: string, { dtype, shape, data }: ReportedTensor): Tensor {
  const count = shape.reduce((product, size) => product * size, 1)
  if (dtype === 'string') {
    if (!Array.isArray(data) || data.length !== count) throw malformed(name, `is not ${count} strings`)
    return { dtype, shape, data }
  }
  const array = typedArrays[dtype]
  const bytes = bytesOf(name, data, count * array.BYTES_PER_ELEMENT)
  return { dtype, shape, data: new array(bytes) } as Tensor
}

function bytesOf(name: string, text: string | readonly string[], size: number): ArrayBuffer {
  const bytes = typeof text === 'string' ? new Uint8Array(Buffer.from(text, 'base64')) : undefined
  if (bytes?.byteLength !== size) throw malformed(name, `has ${bytes?.byteLength ?? 'no'} bytes, not ${size}`)
  return bytes.buffer
}

const malformed = (name: string, problem: string): HomingError =>
  new HomingError('CONFIG_INVALID', `The report is malformed: "${name}" ${problem}`)

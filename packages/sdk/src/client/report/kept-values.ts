import type { ReportedCall, ReportedInput, ReportedTensor, Tensor } from '@homing/protocol'

import type { InputValue } from '../../inputs/input-value.ts'
import { readInputs } from '../../inputs/read-inputs.ts'
import type { RetainedInputs } from '../retained-inputs.ts'
import { maxKeptBytes, maxKeptInputs } from './config.ts'

/** What is kept of a call's inputs and outputs, or why nothing is. */
export interface KeptValues extends Pick<ReportedCall, 'withheld'> {
  readonly inputs?: RetainedInputs['inputs']
  readonly outputs?: Readonly<Record<string, Tensor>>
}

/** Why nothing is kept of a call that was not too large. */
export const withheld = {
  events: 'features come from recorded events too',
  together: 'several models answer together',
  gone: `only the last ${maxKeptInputs} calls keep their inputs`,
  moved: 'they went to the worker by transfer',
} as const

export type WithheldBecause = keyof typeof withheld

const tooLarge: KeptValues = { withheld: `with the outputs they are over ${maxKeptBytes} bytes` }

/** Inputs with their bitmaps read into pixels, unless they are too large. Never rejects. */
export async function keptValues(retained: Promise<RetainedInputs>): Promise<KeptValues> {
  try {
    const { inputs } = await retained
    const decoded = await Promise.all(
      Object.entries(inputs).map(async ([name, value]) => [name, await decodedValue(value)] as const),
    )
    const read = readInputs(Object.fromEntries(decoded)) as RetainedInputs['inputs'] // which also closes the bitmaps
    return bytesOf(read) > maxKeptBytes
      ? { withheld: `they are over ${maxKeptBytes} bytes` }
      : { inputs: read }
  } catch {
    return { withheld: 'they cannot be read' }
  }
}

/** The same with the outputs of the call, unless both are too large. */
export function withOutputs(values: KeptValues, outputs: Readonly<Record<string, Tensor>>): KeptValues {
  if (!values.inputs) return values
  return bytesOf(values.inputs) + bytesOf(outputs) > maxKeptBytes ? tooLarge : { ...values, outputs }
}

/** Files and frames as bitmaps. */
async function decodedValue(value: unknown): Promise<InputValue> {
  if (Array.isArray(value)) return (await Promise.all(value.map(decodedValue))) as unknown as InputValue
  const isFrame = typeof VideoFrame !== 'undefined' && value instanceof VideoFrame
  if (!(value instanceof Blob) && !isFrame) return value as InputValue
  const bitmap = await createImageBitmap(value)
  if (isFrame) value.close()
  return bitmap
}

/** The values as JSON, for a report. */
export function reportedValues({
  inputs,
  outputs,
  withheld,
}: KeptValues): Pick<ReportedCall, 'inputs' | 'outputs' | 'withheld'> {
  if (!inputs) return { withheld: withheld ?? 'they cannot be read' }
  return {
    inputs: mapped(inputs, reportedInput),
    ...(outputs && { outputs: mapped(outputs, reportedTensor) }),
  }
}

function mapped<From, To>(
  values: Readonly<Record<string, From>>,
  each: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, each(value)]))
}

function reportedInput(value: InputValue): ReportedInput {
  return Array.isArray(value) ? value.map((item: InputValue) => reportedOne(item)) : reportedOne(value)
}

function reportedOne(value: InputValue): Exclude<ReportedInput, readonly unknown[]> {
  if (isTensor(value)) return reportedTensor(value)
  if (isPixels(value))
    return { kind: 'image', width: value.width, height: value.height, data: base64(value.data) }
  const values = Object.entries(value as Record<string, string | number | boolean | null | undefined>)
  return { kind: 'row', values: Object.fromEntries(values.map(([name, cell]) => [name, cell ?? null])) }
}

function reportedTensor({ dtype, shape, data }: Tensor): ReportedTensor {
  const written = ArrayBuffer.isView(data) ? base64(data) : [...data]
  return { kind: 'tensor', dtype, shape: [...shape], data: written }
}

function isTensor(value: object): value is Tensor {
  return 'dtype' in value && 'shape' in value && 'data' in value
}

function isPixels(value: object): value is ImageData {
  return 'width' in value && 'data' in value && ArrayBuffer.isView(value.data)
}

function bytesOf(values: Readonly<Record<string, unknown>>): number {
  const weigh = (value: unknown): number => {
    const data: unknown = typeof value === 'object' && value !== null && 'data' in value ? value.data : value
    return ArrayBuffer.isView(data) ? data.byteLength : JSON.stringify(data).length
  }
  return Object.values(values)
    .flat()
    .reduce((sum: number, value) => sum + weigh(value), 0)
}

/** In pieces: a call takes only so many arguments. */
function base64(view: ArrayBufferView): string {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
  let text = ''
  for (let start = 0; start < bytes.length; start += 0x8000)
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000))
  return btoa(text)
}

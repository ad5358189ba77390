import type { Tensor } from '@homing/protocol'

import type { PredictRequest } from '../runtime-api.ts'
import { adjacentArrays } from '../schedule/adjacent-arrays.ts'
import type { SentCall } from './sent-call.ts'

/** Tensors of equal dtype and shape, one after another. */
type PackedTensor = Exclude<Tensor, { dtype: 'string' }>

/** Calls of one model that differ in nothing but the values of their tensors: many small arrays cross threads slowly. */
export interface PackedCalls {
  readonly ids: readonly number[]
  readonly model: string
  readonly abortable?: true
  readonly request: Omit<PredictRequest, 'inputs'>
  /** `shape` is that of one call; `data` holds all. */
  readonly tensors: Readonly<Record<string, PackedTensor>>
}

/** From how many calls on they are packed. */
const leastPacked = 2

/** Packs what can be packed of calls that follow each other. */
export function packCalls(calls: readonly SentCall[]): (SentCall | PackedCalls)[] {
  const sent: (SentCall | PackedCalls)[] = []
  for (let from = 0; from < calls.length;) {
    const first = calls[from]!
    let to = from + 1
    if (to < calls.length && isPackable(first)) while (to < calls.length && isAlike(first, calls[to]!)) to++
    sent.push(to - from < leastPacked ? withOwnBuffers(first) : pack(calls.slice(from, to)))
    from = to
  }
  return sent
}

/** The calls that were packed; their arrays are parts of one. */
export function unpackCalls({ ids, model, request, tensors, abortable }: PackedCalls): SentCall[] {
  const entries = Object.entries(tensors)
  return ids.map((id, index) => {
    const inputs: Record<string, Tensor> = {}
    for (const [name, { dtype, shape, data }] of entries) {
      const length = data.length / ids.length
      inputs[name] = { dtype, shape, data: data.subarray(index * length, (index + 1) * length) } as Tensor
    }
    return { id, model, request: { ...request, inputs }, ...(abortable ? { abortable } : {}) }
  })
}

/** What is bound to one call alone, a deadline or events, is sent with it alone. */
function isPackable({ request }: SentCall): boolean {
  const { expires, windows = [] } = request
  if (expires !== undefined || windows.length > 0) return false
  return Object.values(request.inputs).every((input) => isNumbers(input))
}

function isAlike(first: SentCall, other: SentCall): boolean {
  const [one, two] = [first.request, other.request]
  if (other.abortable !== first.abortable || other.model !== first.model || two.expires !== undefined)
    return false
  if (one.priority !== two.priority || one.batch !== two.batch || one.follow !== two.follow) return false
  const names = Object.keys(one.inputs)
  return (
    names.length === Object.keys(two.inputs).length &&
    names.every((name) => isSameKind(one.inputs[name] as PackedTensor, two.inputs[name]))
  )
}

function isSameKind(one: PackedTensor, two: unknown): boolean {
  return (
    isNumbers(two) &&
    one.dtype === two.dtype &&
    one.data.constructor === two.data.constructor &&
    one.data.length === two.data.length &&
    one.shape.length === two.shape.length &&
    one.shape.every((size, axis) => size === two.shape[axis])
  )
}

function isNumbers(input: unknown): input is PackedTensor {
  if (typeof input !== 'object' || input === null) return false
  const { dtype, shape, data } = input as Partial<PackedTensor>
  return (
    typeof dtype === 'string' &&
    Array.isArray(shape) &&
    ArrayBuffer.isView(data) &&
    !(data instanceof DataView)
  )
}

function pack(calls: readonly SentCall[]): PackedCalls {
  const { model, request, abortable } = calls[0]!
  const { inputs, ...rest } = request
  const tensors = Object.entries(inputs as Record<string, PackedTensor>).map(
    ([name, { dtype, shape, data }]) => {
      const parts = calls.map((call) => (call.request.inputs[name] as PackedTensor).data)
      return [
        name,
        { dtype, shape, data: joined(parts, data.length * calls.length) } as PackedTensor,
      ] as const
    },
  )
  return {
    ids: calls.map(({ id }) => id),
    model,
    ...(abortable ? { abortable } : {}),
    request: rest,
    tensors: Object.fromEntries(tensors),
  }
}

/** The arrays one after another, in a buffer of their own, which moves. */
function joined(parts: readonly PackedTensor['data'][], length: number): PackedTensor['data'] {
  const whole = adjacentArrays(parts, length)
  if (whole) return whole.slice()
  const all = new (parts[0]!.constructor as new (length: number) => PackedTensor['data'])(length)
  let at = 0
  for (const part of parts) {
    all.set(part as never, at)
    at += part.length
  }
  return all
}

/** A message takes the whole buffer of an array with it: tensors that lie in one with those of other calls leave it. */
function withOwnBuffers(call: SentCall): SentCall {
  let inputs: Record<string, PredictRequest['inputs'][string]> | undefined
  for (const [name, input] of Object.entries(call.request.inputs)) {
    if (!isNumbers(input) || input.data.byteLength === input.data.buffer.byteLength) continue
    inputs ??= { ...call.request.inputs }
    inputs[name] = { ...input, data: input.data.slice() } as PackedTensor
  }
  return inputs ? { ...call, request: { ...call.request, inputs } } : call
}

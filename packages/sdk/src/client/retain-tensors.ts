import type { Tensor } from '@homing/protocol'

import type { CallLease, CallRoom } from './call-room.ts'
import type { PageInput } from './page-input.ts'
import type { RetainedInputs } from './retained-inputs.ts'

/**
 * Copies inputs that are nothing but tensors in typed arrays, at once: such calls wait for nothing before they leave. With `room`
 * into that, until they are released. Undefined for others, and where something about them is wrong, which `retainInputs` tells.
 */
export function retainTensors(
  inputs: Readonly<Record<string, PageInput>>,
  room?: CallRoom,
): RetainedInputs | undefined {
  if (typeof inputs !== 'object' || (inputs as unknown) === null) return undefined
  const entries = Object.entries(inputs)
  if (!entries.every(([, value]) => isPlainTensor(value))) return undefined
  const copies: Record<string, Tensor> = {}
  const leases: CallLease[] = []
  for (const [name, value] of entries as [string, PlainTensor][]) {
    const copied = room?.copy(value.data)
    if (copied?.lease) leases.push(copied.lease)
    copies[name] = { ...value, shape: [...value.shape], data: copied?.data ?? value.data.slice() } as Tensor
  }
  return {
    inputs: copies,
    transfer: nothing,
    release: () => {
      for (const lease of leases.splice(0)) room!.free(lease)
    },
  }
}

const nothing: readonly never[] = []

type PlainTensor = Exclude<Tensor, { dtype: 'string' }>

/** A buffer that was moved to another thread cannot be copied: its array is empty then, or throws. */
function isPlainTensor(value: unknown): value is PlainTensor {
  if (typeof value !== 'object' || value === null) return false
  const { dtype, shape, data } = value as Partial<Tensor>
  return typeof dtype === 'string' && Array.isArray(shape) && isTypedArray(data) && data.byteLength > 0
}

const isTypedArray = (data: unknown): data is ArrayBufferView =>
  ArrayBuffer.isView(data) && !(data instanceof DataView)

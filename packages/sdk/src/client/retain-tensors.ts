import type { Tensor } from '@homing/protocol'

import type { PageInput } from './page-input.ts'
import type { RetainedInputs } from './retained-inputs.ts'

/**
 * Copies inputs that are nothing but tensors in typed arrays, at once: such calls wait for nothing before they leave.
 * Undefined for others, and where something about them is wrong, which `retainInputs` tells.
 */
export function retainTensors(inputs: Readonly<Record<string, PageInput>>): RetainedInputs | undefined {
  if (typeof inputs !== 'object' || (inputs as unknown) === null) return undefined
  const copies: Record<string, Tensor> = {}
  for (const [name, value] of Object.entries(inputs)) {
    if (!isPlainTensor(value)) return undefined
    copies[name] = { ...value, shape: [...value.shape], data: value.data.slice() } as Tensor
  }
  return { inputs: copies, transfer: [], release: () => undefined }
}

/** A buffer that was moved to another thread cannot be copied: its array is empty then, or throws. */
function isPlainTensor(value: unknown): value is Exclude<Tensor, { dtype: 'string' }> {
  if (typeof value !== 'object' || value === null) return false
  const { dtype, shape, data } = value as Partial<Tensor>
  return typeof dtype === 'string' && Array.isArray(shape) && isTypedArray(data) && data.byteLength > 0
}

const isTypedArray = (data: unknown): data is ArrayBufferView =>
  ArrayBuffer.isView(data) && !(data instanceof DataView)

import { HomingError, type Signature, type Tensor, type TensorSpec } from '@homing/protocol'

/** Most bytes that the inputs and outputs of one call may take together. */
const mostBytes = 2 ** 30

/** The same as a share of the device's memory, where the browser tells it: engines copy what they are given. */
const memoryShare = 1 / 8

/**
 * Refuses a call whose tensors would not fit: a heap that runs out of memory takes the whole page with it, and nothing
 * catches that.
 * @throws HomingError MEMORY_EXCEEDED with the bytes in `details`.
 */
export function requireRoom(bytes: number): void {
  const { deviceMemory } = ((globalThis as { navigator?: object }).navigator ?? {}) as {
    deviceMemory?: number
  }
  const limit = Math.min(mostBytes, (deviceMemory ?? Infinity) * 2 ** 30 * memoryShare)
  if (bytes <= limit) return
  const message = `The call needs ${bytes} bytes for its inputs and outputs; ${limit} are allowed on this device.`
  throw new HomingError('MEMORY_EXCEEDED', message, { details: { bytes, limit } })
}

/** Bytes of what was passed as tensors. Images are small beside what is refused. */
export function passedBytes(inputs: Readonly<Record<string, unknown>>): number {
  let bytes = 0
  for (const value of Object.values((inputs as typeof inputs | null) ?? {}))
    bytes += (value as { data?: { byteLength?: number } } | null)?.data?.byteLength ?? 0
  return bytes
}

/** Bytes of a call's inputs and of its outputs, as far as the signature tells their shapes from those of the inputs. */
export function callBytes(signature: Signature, tensors: Readonly<Record<string, Tensor>>): number {
  const sizes = new Map<string, number>()
  for (const { name, shape } of signature.inputs)
    shape.forEach((dim, at) => {
      if (typeof dim === 'string') sizes.set(dim, tensors[name]?.shape[at] ?? 1)
    })
  const bytesOf = ({ dtype, shape }: TensorSpec): number =>
    shape.reduce<number>(
      (product, dim) => product * (typeof dim === 'number' ? dim : (sizes.get(dim) ?? 1)),
      1,
    ) * (elementBytes[dtype] ?? 8)
  return [...signature.inputs, ...signature.outputs].reduce((sum, spec) => sum + bytesOf(spec), 0)
}

/** Those that are not of 8 bytes. */
const elementBytes: Readonly<Partial<Record<TensorSpec['dtype'], number>>> = {
  float32: 4,
  int32: 4,
  uint32: 4,
  float16: 2,
  int16: 2,
  uint16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
}

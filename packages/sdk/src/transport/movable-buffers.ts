import type { Tensor } from '@homing/protocol'

/** From how many bytes on a buffer is moved to another thread: copying less is faster. */
const leastMoved = 32 * 1024

/** The buffers of tensors that are worth moving to another thread, each once. */
export function movableBuffers(tensors: readonly Tensor[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const { data } of tensors) {
    if (Array.isArray(data) || !(data.buffer instanceof ArrayBuffer)) continue
    // A part stays: what shares its buffer may have to leave in another message.
    if (data.byteLength >= leastMoved && data.byteLength === data.buffer.byteLength) buffers.add(data.buffer)
  }
  return [...buffers]
}

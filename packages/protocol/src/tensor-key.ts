import { sha256Hex } from './sha256.ts'
import type { Tensor } from './tensor.ts'

/**
 * The SHA-256 that names the encoded inputs of a call: of names, dtypes and shapes as JSON, in the order of names, and
 * after a line feed the bytes of each, little-endian; strings as JSON. Equal inputs have equal keys on every device.
 */
export async function tensorKey(tensors: Readonly<Record<string, Tensor>>): Promise<string> {
  const entries = Object.entries(tensors).sort(([one], [other]) => (one < other ? -1 : 1))
  const encoder = new TextEncoder()
  const head = JSON.stringify(entries.map(([name, { dtype, shape }]) => [name, dtype, shape]))
  const parts = [
    encoder.encode(`${head}\n`),
    ...entries.map(([, { data }]) =>
      Array.isArray(data)
        ? encoder.encode(JSON.stringify(data))
        : new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    ),
  ]
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return sha256Hex(bytes)
}

import { type NumberType, widths } from './number-type.ts'

/**
 * The numbers of `type` in `bytes` as integers in the order of their values, into `into`. Floats of equal sign are in
 * the order of their bits already; negative ones the other way round, so their lower bits are flipped. One to one: NaN
 * and minus zero have integers of their own.
 */
export function readOrdered(type: NumberType, bytes: Uint8Array, into: Int32Array): void {
  const count = bytes.length / widths[type]
  const { buffer, byteOffset } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  switch (type) {
    case 'uint8':
      return into.set(bytes)
    case 'int8':
      return into.set(new Int8Array(buffer, byteOffset, count))
    case 'int32':
      return into.set(new Int32Array(buffer, byteOffset, count))
    case 'float32': {
      const words = new Int32Array(buffer, byteOffset, count)
      for (let i = 0; i < count; i++) into[i] = words[i]! ^ ((words[i]! >> 31) & 0x7fffffff)
      return
    }
    case 'float16':
    case 'bfloat16': {
      const words = new Int16Array(buffer, byteOffset, count)
      for (let i = 0; i < count; i++) into[i] = words[i]! ^ ((words[i]! >> 15) & 0x7fff)
    }
  }
}

/** The inverse, filling `bytes`; each integer must be within the type's range. */
export function writeOrdered(type: NumberType, ordered: Int32Array, bytes: Uint8Array): void {
  const width = widths[type]
  const count = bytes.length / width
  if (width === 1) {
    for (let i = 0; i < count; i++) bytes[i] = ordered[i]!
  } else if (width === 2) {
    const words = new Int16Array(count)
    for (let i = 0; i < count; i++) words[i] = ordered[i]! ^ ((ordered[i]! >> 31) & 0x7fff)
    bytes.set(new Uint8Array(words.buffer))
  } else {
    const words = new Int32Array(count)
    const flip = type === 'float32' ? 0x7fffffff : 0
    for (let i = 0; i < count; i++) words[i] = ordered[i]! ^ ((ordered[i]! >> 31) & flip)
    bytes.set(new Uint8Array(words.buffer))
  }
}

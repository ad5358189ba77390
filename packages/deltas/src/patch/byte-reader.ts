import { HomingError } from '@homing/protocol'

/** Bytes that come in chunks of any size. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Reads a stream by counts of bytes. Holds no more than one chunk and what one `take` asks for. */
export interface ByteReader {
  /** The next `count` bytes. @throws HomingError PATCH_INVALID when there are fewer. */
  take(count: number): Promise<Uint8Array>
  /** The next number (LEB128, below 2^28). @throws HomingError PATCH_INVALID. */
  varint(): Promise<number>
  /** @throws HomingError PATCH_INVALID when bytes are left. */
  end(): Promise<void>
  /** All that is left, as it comes. */
  rest(): AsyncGenerator<Uint8Array>
  /** Lets go of the source before its end. */
  close(): Promise<void>
}

/** A reader of `source`, of which no more than `limit` bytes are taken: nothing larger is ever allocated. */
export function byteReader(source: ByteSource, limit: number): ByteReader {
  const chunks = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]()
  let chunk: Uint8Array = new Uint8Array(0)
  let at = 0
  let left = limit

  /** Whether there is another byte. */
  const more = async (): Promise<boolean> => {
    while (at === chunk.length) {
      const next = await chunks.next()
      if (next.done) return false
      chunk = next.value
      at = 0
    }
    return true
  }
  const cutOff = (): HomingError => new HomingError('PATCH_INVALID', 'The patch is cut off')

  const take = async (count: number): Promise<Uint8Array> => {
    if (count > left) throw cutOff()
    left -= count
    if (chunk.length - at >= count) {
      at += count
      return chunk.subarray(at - count, at)
    }
    const bytes = new Uint8Array(count)
    for (let filled = 0; filled < count;) {
      if (!(await more())) throw cutOff()
      const part = chunk.subarray(at, at + count - filled)
      bytes.set(part, filled)
      filled += part.length
      at += part.length
    }
    return bytes
  }

  return {
    take,
    varint: async () => {
      let value = 0
      for (let shift = 0; shift < 28; shift += 7) {
        if (left === 0 || (at === chunk.length && !(await more()))) throw cutOff()
        left--
        const byte = chunk[at++]!
        value |= (byte & 0x7f) << shift
        if (byte < 0x80) return value
      }
      throw new HomingError('PATCH_INVALID', 'The patch has a number that is too long')
    },
    end: async () => {
      if (await more()) throw new HomingError('PATCH_INVALID', 'The patch goes on behind its end')
    },
    rest: async function* () {
      if (at < chunk.length) yield chunk.subarray(at)
      chunk = new Uint8Array(0)
      at = 0
      for (;;) {
        const next = await chunks.next()
        if (next.done) return
        yield next.value
      }
    },
    close: async () => {
      await chunks.return?.()
    },
  }
}

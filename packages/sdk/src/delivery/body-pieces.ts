import { readSize, stallTimeout } from './config.ts'
import type { DeliveryPlatform } from './ports.ts'
import { within } from './within.ts'

/**
 * The bytes of a body as they come. Each piece is valid until the next is asked for: where the browser reads into memory
 * that it is given, the same memory serves for all, and a long download leaves nothing to collect.
 * @throws HomingError TIMEOUT when nothing comes for too long.
 */
export async function* bodyPieces(
  platform: Pick<DeliveryPlatform, 'sleep'>,
  response: Response,
  url: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (!response.body) return
  const read = readerOf(response.body)
  let received = 0
  for (;;) {
    const piece = await within(platform, stallTimeout, read(), `${url} stopped after ${received} bytes`)
    if (!piece) return
    received += piece.byteLength
    yield piece
  }
}

/** Reads the next bytes; undefined at the end. */
function readerOf(body: ReadableStream<Uint8Array<ArrayBuffer>>): () => Promise<Uint8Array | undefined> {
  const reader = byobReader(body)
  if (!reader) {
    const plain = body.getReader()
    return async () => (await plain.read()).value
  }
  let memory = new ArrayBuffer(readSize)
  return async () => {
    const { done, value } = await reader.read(new Uint8Array(memory))
    if (done) return undefined
    memory = value.buffer
    return value
  }
}

/** Not every browser reads the body of an answer into given memory. */
function byobReader(body: ReadableStream<Uint8Array<ArrayBuffer>>): ReadableStreamBYOBReader | undefined {
  try {
    return body.getReader({ mode: 'byob' })
  } catch {
    return undefined
  }
}

/** What `stream` makes of `source`, chunk by chunk: no more is read from the source than is taken from the result. */
export async function* throughStream(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  stream: CompressionStream | DecompressionStream,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const writer = stream.writable.getWriter()
  const reader = stream.readable.getReader()
  const feed = async (): Promise<void> => {
    try {
      // Streams take no views of shared memory, of which no source is.
      for await (const chunk of source) await writer.write(chunk as Uint8Array<ArrayBuffer>)
      await writer.close()
    } catch (error) {
      await writer.abort(error).catch(() => undefined) // an errored stream is told to its reader below
      throw error
    }
  }
  const fed = feed()
  fed.catch(() => undefined) // awaited at the end; a reader that stops early must not leave it unhandled
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      yield value
    }
    await fed
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}

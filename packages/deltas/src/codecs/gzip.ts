import { concatenate } from '../patch/concatenate.ts'
import type { Compressor, Decompressor } from './codec.ts'
import { throughStream } from './through-stream.ts'

/** gzip by the platform, in browsers, workers and Node. */
export const gzip: Compressor = async (bytes) => {
  const chunks: Uint8Array[] = []
  for await (const chunk of throughStream([bytes], new CompressionStream('gzip'))) chunks.push(chunk)
  return concatenate(chunks)
}

/** Undoes gzip by the platform. */
export const gunzip: Decompressor = (compressed) => throughStream(compressed, new DecompressionStream('gzip'))

import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

import type { Compressor, Compressors } from '@homing/deltas'

/** What the types of Node 20 do not name: zstd came with Node 22.15. */
interface WithZstd {
  readonly gzip: typeof zlib.gzip
  readonly zstdCompress?: (bytes: Uint8Array, done: (error: Error | null, result: Buffer) => void) => void
}
const { zstdCompress }: WithZstd = zlib

const gzip: Compressor = (bytes) => promisify(zlib.gzip)(bytes, { level: zlib.constants.Z_BEST_COMPRESSION })

/** Compressors of Node, which run beside its main thread. */
export const compressors: Compressors = { gzip, zstd: zstdCompress && promisify(zstdCompress) }

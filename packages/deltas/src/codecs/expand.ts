import { HomingError } from '@homing/protocol'

import type { PatchCodec } from '../patch/patch-header.ts'
import type { Decompressor, Decompressors } from './codec.ts'
import { gunzip } from './gzip.ts'

/**
 * The expanded body of a patch. Never gives more than `size` bytes, whatever the compressed ones say.
 * @throws HomingError PATCH_INVALID; PATCH_UNSUPPORTED where the codec is not on this device.
 */
export async function* expand(
  compressed: AsyncIterable<Uint8Array>,
  codec: PatchCodec,
  size: number,
  decompressors: Decompressors,
): AsyncGenerator<Uint8Array> {
  let expanded = 0
  try {
    for await (const chunk of expander(codec, decompressors)(compressed, size)) {
      expanded += chunk.length
      if (expanded > size)
        throw new HomingError('PATCH_INVALID', `A patch expands to more than the ${size} bytes it states`)
      yield chunk
    }
  } catch (cause) {
    if (cause instanceof HomingError) throw cause
    throw new HomingError('PATCH_INVALID', `A patch is no whole ${codec} stream`, { cause })
  }
  if (expanded < size)
    throw new HomingError('PATCH_INVALID', `A patch expands to ${expanded} of the ${size} bytes it states`)
}

function expander(codec: PatchCodec, { zstd }: Decompressors): Decompressor {
  if (codec === 'none' || codec === 'arithmetic') return (bytes) => bytes
  if (codec === 'gzip' && typeof DecompressionStream === 'function') return gunzip
  if (codec === 'zstd' && zstd) return zstd
  throw new HomingError('PATCH_UNSUPPORTED', `This device does not expand ${codec}`)
}

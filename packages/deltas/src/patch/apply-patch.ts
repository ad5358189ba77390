import { HomingError, sha256Hex } from '@homing/protocol'

import type { Decompressors } from '../codecs/codec.ts'
import { expand } from '../codecs/expand.ts'
import { maxPatchBytes } from '../config.ts'
import { decodePlanes } from '../methods/byte-planes.ts'
import { decodeDifferences } from '../methods/coded-differences.ts'
import { decodeRanges } from '../methods/ranges.ts'
import { type ByteReader, byteReader, type ByteSource } from './byte-reader.ts'
import { decodeFixedHeader, decodeSegments, fixedHeaderBytes, type PatchHeader } from './patch-header.ts'

/** What is applied, to what, and what must come of it. */
export interface PatchApplication {
  /** The patch file, in chunks of any size: it is applied while it arrives. */
  readonly patch: ByteSource
  /** The shard that the device holds; undefined for a patch that needs none. */
  readonly base?: Uint8Array<ArrayBuffer> | undefined
  /** What signed metadata says of the result. */
  readonly expected: { readonly sha256: string; readonly size: number }
  readonly decompressors?: Decompressors | undefined
  /** Awaited now and then, so that a thread can do other things between. */
  readonly pause?: (() => Promise<void>) | undefined
}

/**
 * The shard that `patch` makes of `base`, its hash checked. In memory are the base, the result and one block.
 * @throws HomingError PATCH_INVALID (malformed, or of another base or result), PATCH_UNSUPPORTED (format or codec that
 *   this device does not have), INTEGRITY_FAILED (the base or the result is not what its hash names). What the source
 *   throws comes through as it is.
 */
export async function applyPatch(application: PatchApplication): Promise<Uint8Array<ArrayBuffer>> {
  const { base = new Uint8Array(0), expected, decompressors = {}, pause = noPause } = application
  const file = byteReader(application.patch, maxPatchBytes)
  try {
    const header = await readHeader(file)
    if (header.sha256 !== expected.sha256 || header.size !== expected.size)
      throw new HomingError('PATCH_INVALID', 'The patch makes another file than the one expected')
    if (header.baseSize !== base.length || (await sha256Hex(base)) !== header.baseSha256)
      throw new HomingError('INTEGRITY_FAILED', 'The base of a patch is not the one that it was made from')

    const expanded = expand(file.rest(), header.codec, header.bodySize, decompressors)
    const body = byteReader(expanded, header.bodySize)
    const result = await readBody(header, body, base, pause)
    await body.end()
    if ((await sha256Hex(result)) !== expected.sha256)
      throw new HomingError('INTEGRITY_FAILED', 'A patch did not make the bytes that its hash names')
    return result
  } finally {
    await file.close()
  }
}

async function readHeader(file: ByteReader): Promise<PatchHeader> {
  const { tableSize, ...fixed } = decodeFixedHeader(await file.take(fixedHeaderBytes))
  return { ...fixed, segments: decodeSegments(await file.take(tableSize), fixed) }
}

function readBody(
  { method, codec, segments, size }: PatchHeader,
  body: ByteReader,
  base: Uint8Array,
  pause: () => Promise<void>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (method === 'ranges') return decodeRanges(body, segments, base, size)
  if (codec === 'arithmetic') return decodeDifferences(body, segments, base, size, pause)
  return decodePlanes(method, body, segments, base, size)
}

const noPause = (): Promise<void> => Promise.resolve()

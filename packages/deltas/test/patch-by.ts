import { sha256Hex } from '@homing/protocol'

import type { Compressor } from '../src/codecs/codec.ts'
import { gzip } from '../src/codecs/gzip.ts'
import { encodePlanes } from '../src/methods/byte-planes.ts'
import { encodeDifferences } from '../src/methods/coded-differences.ts'
import { encodeRanges } from '../src/methods/ranges.ts'
import { concatenate } from '../src/patch/concatenate.ts'
import { encodeHeader, type PatchCodec, type PatchMethod } from '../src/patch/patch-header.ts'
import type { Segment } from '../src/patch/segment.ts'

/** Every pair of method and codec that a patch may have. */
export const forms: readonly [PatchMethod, PatchCodec][] = [
  ...(['ranges', 'xor', 'difference'] as const).flatMap((method) =>
    (['none', 'gzip', 'zstd'] as const).map((codec): [PatchMethod, PatchCodec] => [method, codec]),
  ),
  ['difference', 'arithmetic'],
]

interface Source {
  readonly base?: Uint8Array<ArrayBuffer>
  readonly target: Uint8Array<ArrayBuffer>
  readonly segments: readonly Segment[]
}

/** The patch of one method and codec, be it the smallest or not. */
export async function patchBy(
  method: PatchMethod,
  codec: PatchCodec,
  { base = new Uint8Array(0), target, segments }: Source,
  zstd: Compressor = (bytes) => Promise.resolve(storedZstd(bytes)),
): Promise<Uint8Array<ArrayBuffer>> {
  const body = await bodyOf(method, codec, segments, base, target)
  const compress = { none: same, arithmetic: same, gzip, zstd }[codec]
  const header = encodeHeader({
    method,
    codec,
    baseSize: base.length,
    baseSha256: await sha256Hex(base),
    size: target.length,
    sha256: await sha256Hex(target),
    bodySize: body.length,
    segments,
  })
  return concatenate([header, await compress(body)])
}

const same: Compressor = (bytes) => Promise.resolve(bytes)

function bodyOf(
  method: PatchMethod,
  codec: PatchCodec,
  segments: readonly Segment[],
  base: Uint8Array,
  target: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> | Uint8Array<ArrayBuffer> {
  if (method === 'ranges') return encodeRanges(segments, base, target)
  if (codec === 'arithmetic') return encodeDifferences(segments, base, target, () => Promise.resolve())
  return encodePlanes(method, segments, base, target)
}

/** A zstd frame of raw blocks (RFC 8878 §3.1.1.2.2), which any decoder reads: no npm package without a compiler writes zstd. */
export function storedZstd(bytes: Uint8Array, window = 0x28): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, window)]
  const most = 32_768 // the window's bytes
  for (let at = 0; at === 0 || at < bytes.length; at += most) {
    const raw = bytes.subarray(at, at + most)
    const last = at + most >= bytes.length ? 1 : 0
    const head = (raw.length << 3) | last
    parts.push(Uint8Array.of(head & 255, (head >> 8) & 255, head >> 16), raw)
  }
  return concatenate(parts)
}

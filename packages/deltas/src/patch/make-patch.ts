import { sha256Hex } from '@homing/protocol'

import type { Compressor, Compressors } from '../codecs/codec.ts'
import { gzip } from '../codecs/gzip.ts'
import { encodePlanes } from '../methods/byte-planes.ts'
import { encodeDifferences } from '../methods/coded-differences.ts'
import { encodeRanges } from '../methods/ranges.ts'
import { concatenate } from './concatenate.ts'
import { encodeHeader, type PatchCodec, type PatchMethod } from './patch-header.ts'
import { checkSegments, type Segment } from './segment.ts'

/** What a patch is made of. */
export interface PatchSource {
  /** The shard that devices hold; undefined for a patch that needs none: the shard itself, compressed. */
  readonly base?: Uint8Array<ArrayBuffer> | undefined
  /** The shard that they are to have. */
  readonly target: Uint8Array<ArrayBuffer>
  /** What the numbers of the target are, and where they are in the base: `alignSegments`. */
  readonly segments: readonly Segment[]
  readonly compressors?: Compressors | undefined
  /** Awaited now and then, so that a thread can do other things between. */
  readonly pause?: (() => Promise<void>) | undefined
}

/** A patch file, and how it was made. */
export interface Patch {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly method: PatchMethod
  readonly codec: PatchCodec
}

/** A body before or after compression. */
interface Body {
  readonly method: PatchMethod
  readonly codec: PatchCodec
  readonly bodySize: number
  readonly bytes: Uint8Array
}

/** zstd, the slowest, is tried on bodies that gzip brings this near to the smallest so far. */
const worthMore = 1.3

/**
 * The smallest patch file that makes `target` of `base`, of all methods and codecs at hand; undefined when none is
 * smaller than the target itself, which is then the cheapest to send.
 * @throws HomingError PATCH_INVALID when the segments do not fit the two.
 */
export async function makePatch(source: PatchSource): Promise<Patch | undefined> {
  const { base = new Uint8Array(0), target, segments } = source
  checkSegments(segments, target.length, base.length)
  const bodies = await bodiesOf(source, base)
  const smallest = bodies.reduce((best, body) => (body.bytes.length < best.bytes.length ? body : best))
  const { method, codec, bodySize } = smallest
  const header = encodeHeader({
    method,
    codec,
    baseSize: base.length,
    baseSha256: await sha256Hex(base),
    size: target.length,
    sha256: await sha256Hex(target),
    bodySize,
    segments,
  })
  const bytes = concatenate([header, smallest.bytes])
  return bytes.length < target.length ? { bytes, method, codec } : undefined
}

async function bodiesOf(source: PatchSource, base: Uint8Array): Promise<Body[]> {
  const { target, segments, compressors = {}, pause = () => Promise.resolve() } = source
  const coded = await encodeDifferences(segments, base, target, pause)
  const bodies: Body[] = [{ method: 'difference', codec: 'arithmetic', bodySize: coded.length, bytes: coded }]
  let least = coded.length

  const keep = async (
    method: PatchMethod,
    codec: PatchCodec,
    expanded: Uint8Array<ArrayBuffer>,
    compress: Compressor,
  ) => {
    await pause()
    const bytes = await compress(expanded)
    bodies.push({ method, codec, bodySize: expanded.length, bytes })
    return bytes.length
  }
  const raw: [PatchMethod, () => Uint8Array<ArrayBuffer>][] = [
    ['ranges', () => encodeRanges(segments, base, target)],
    ['xor', () => encodePlanes('xor', segments, base, target)],
    ['difference', () => encodePlanes('difference', segments, base, target)],
  ]
  for (const [method, encode] of raw) {
    await pause()
    const expanded = encode()
    if (method === 'ranges') await keep(method, 'none', expanded, (bytes) => Promise.resolve(bytes))
    const gzipped = await keep(method, 'gzip', expanded, compressors.gzip ?? gzip)
    if (compressors.zstd && gzipped < least * worthMore)
      await keep(method, 'zstd', expanded, compressors.zstd)
    least = Math.min(least, ...bodies.map(({ bytes }) => bytes.length))
  }
  return bodies.filter(({ bodySize }) => bodySize <= 2 * target.length)
}

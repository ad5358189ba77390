import { HomingError } from '@homing/protocol'

import { maxResultBytes, maxSegmentTableBytes } from '../config.ts'
import { numberTypes } from '../numbers/number-type.ts'
import { checkSegments, type Segment } from './segment.ts'

/** What a patch's body holds: changed ranges, or every number's XOR or integer difference. The place is the wire's number. */
export const patchMethods = ['ranges', 'xor', 'difference'] as const

/** What a patch's body holds. */
export type PatchMethod = (typeof patchMethods)[number]

/** How the body is compressed. The place is the wire's number. */
export const patchCodecs = ['none', 'gzip', 'zstd', 'arithmetic'] as const

/** How a patch's body is compressed. */
export type PatchCodec = (typeof patchCodecs)[number]

/** What stands before a patch's body. */
export interface PatchHeader {
  readonly method: PatchMethod
  readonly codec: PatchCodec
  /** Bytes of the base; 0 when the patch needs none. */
  readonly baseSize: number
  readonly baseSha256: string
  readonly size: number
  readonly sha256: string
  /** Bytes of the body when it is expanded. */
  readonly bodySize: number
  readonly segments: readonly Segment[]
}

/** "HPAT" in ASCII. */
const magic = 0x54415048
const version = 1

/** Bytes of the header before its table of segments. */
export const fixedHeaderBytes = 88

/** The header's bytes, table of segments included. Layout: docs/patches.md. */
export function encodeHeader(header: PatchHeader): Uint8Array<ArrayBuffer> {
  const table: number[] = []
  for (const { type, length, from } of header.segments) {
    table.push(numberTypes.indexOf(type))
    putVarint(table, length)
    putVarint(table, from === undefined ? 0 : from + 1)
  }
  const bytes = new Uint8Array(fixedHeaderBytes + table.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, magic, true)
  bytes[4] = version
  bytes[5] = patchMethods.indexOf(header.method)
  bytes[6] = patchCodecs.indexOf(header.codec)
  view.setUint32(8, header.baseSize, true)
  view.setUint32(12, header.size, true)
  view.setUint32(16, header.bodySize, true)
  view.setUint32(20, table.length, true)
  bytes.set(fromHex(header.baseSha256), 24)
  bytes.set(fromHex(header.sha256), 56)
  bytes.set(table, fixedHeaderBytes)
  return bytes
}

/** The fixed part of a header, and how many bytes its table of segments has. */
export type FixedHeader = Omit<PatchHeader, 'segments'> & { readonly tableSize: number }

/**
 * The fixed part of a header.
 * @throws HomingError PATCH_INVALID; PATCH_UNSUPPORTED for a later format, method or codec.
 */
export function decodeFixedHeader(bytes: Uint8Array): FixedHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (view.getUint32(0, true) !== magic) throw new HomingError('PATCH_INVALID', 'The file is not a patch')
  const [method, codec] = [patchMethods[bytes[5]!], patchCodecs[bytes[6]!]]
  if (bytes[4] !== version || !method || !codec || bytes[7] !== 0) {
    throw new HomingError(
      'PATCH_UNSUPPORTED',
      `The patch has format ${bytes[4]}, method ${bytes[5]}, codec ${bytes[6]} and flags ${bytes[7]}, which this version does not know`,
    )
  }
  const header = {
    method,
    codec,
    baseSize: view.getUint32(8, true),
    size: view.getUint32(12, true),
    bodySize: view.getUint32(16, true),
    tableSize: view.getUint32(20, true),
    baseSha256: toHex(bytes.subarray(24, 56)),
    sha256: toHex(bytes.subarray(56, 88)),
  }
  if (codec === 'arithmetic' && method !== 'difference')
    throw new HomingError('PATCH_INVALID', `A patch by ${method} is not coded arithmetically`)
  if (Math.max(header.baseSize, header.size) > maxResultBytes || header.size < 1)
    throw new HomingError(
      'PATCH_INVALID',
      `A patch from ${header.baseSize} to ${header.size} bytes is out of bounds`,
    )
  if (header.bodySize > 2 * maxResultBytes)
    throw new HomingError('PATCH_INVALID', `A patch has a body of ${header.bodySize} bytes`)
  if (header.tableSize > maxSegmentTableBytes)
    throw new HomingError('PATCH_INVALID', `A patch has ${header.tableSize} bytes of segments`)
  return header
}

/** The segments in `table`. @throws HomingError PATCH_INVALID. */
export function decodeSegments(
  table: Uint8Array,
  { size, baseSize }: { size: number; baseSize: number },
): Segment[] {
  const segments: Segment[] = []
  let next = 0
  const varint = (): number => {
    let value = 0
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = table[next++]
      if (byte === undefined) break
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new HomingError('PATCH_INVALID', 'The segments of a patch are cut off or too long')
  }
  while (next < table.length) {
    const type = numberTypes[table[next++]!]
    if (!type) throw new HomingError('PATCH_UNSUPPORTED', `A patch has numbers of type ${table[next - 1]}`)
    const length = varint()
    const from = varint()
    segments.push(from === 0 ? { type, length } : { type, length, from: from - 1 })
  }
  checkSegments(segments, size, baseSize)
  return segments
}

/** Seven bits a byte, the lowest first; all but the last have their highest bit set (LEB128). */
export function putVarint(bytes: number[], value: number): void {
  while (value >= 0x80) {
    bytes.push((value & 0x7f) | 0x80)
    value >>>= 7
  }
  bytes.push(value)
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}

import { type NumberType, widths } from '../numbers/number-type.ts'
import type { Segment } from './segment.ts'

/** A tensor's place in a shard, or the part of it that lies there; offsets may lie before the shard's start. */
export interface PlacedTensor {
  readonly name: string
  /** As a manifest names it: 'float32', 'float16', 'bfloat16', 'int8', ... */
  readonly dtype: string
  /** Bytes from the shard's start to the tensor's: negative when the tensor began in the shard before. */
  readonly offset: number
  readonly size: number
}

/** A shard and what lies in it. */
export interface ShardLayout {
  readonly size: number
  readonly tensors: readonly PlacedTensor[]
}

/**
 * The segments of `target` against `base`: each tensor's numbers against those of the tensor of the same name, dtype
 * and size, wherever it lies in the base. What the base lacks has no counterpart; bytes between tensors are bytes.
 */
export function alignSegments(target: ShardLayout, base: ShardLayout | undefined): Segment[] {
  const there = new Map(base?.tensors.map((tensor) => [tensor.name, tensor]))
  const segments: Segment[] = []
  let at = 0
  const between = (end: number): void => {
    if (end > at)
      put(segments, { type: 'uint8', length: end - at, from: base && end <= base.size ? at : undefined })
    at = Math.max(at, end)
  }
  for (const tensor of [...target.tensors].sort((a, b) => a.offset - b.offset)) {
    const start = Math.max(tensor.offset, at)
    const end = Math.min(tensor.offset + tensor.size, target.size)
    if (end <= start) continue
    between(start)
    const old = there.get(tensor.name)
    const shift =
      old?.dtype === tensor.dtype && old.size === tensor.size ? old.offset - tensor.offset : undefined
    putTensor(segments, tensor, { start, end, shift, baseSize: base?.size ?? 0 })
    at = end
  }
  between(target.size)
  return segments
}

interface Piece {
  readonly start: number
  readonly end: number
  /** From an offset in the target to that in the base. */
  readonly shift: number | undefined
  readonly baseSize: number
}

/** One tensor's numbers, cut where the base's shard begins and ends. */
function putTensor(segments: Segment[], { dtype, offset }: PlacedTensor, piece: Piece): void {
  const { shift, baseSize } = piece
  const type = numberTypeOf(dtype)
  const width = widths[type]
  // Numbers of a tensor that several shards hold are whole on either side of a cut, but for odd cuts.
  const whole = (piece.start - offset) % width === 0 && (piece.end - piece.start) % width === 0
  const unit = whole ? type : 'uint8'
  const cuts = shift === undefined ? [] : [-shift, baseSize - shift]
  const bounds = [piece.start, ...cuts.filter((cut) => cut > piece.start && cut < piece.end), piece.end]
  for (const [i, start] of bounds.slice(0, -1).entries()) {
    const length = bounds[i + 1]! - start
    const from = shift === undefined ? undefined : start + shift
    const held = from !== undefined && from >= 0 && from + length <= baseSize
    const fits = length % widths[unit] === 0
    put(segments, { type: fits ? unit : 'uint8', length, from: held ? from : undefined })
  }
}

/** Adds a segment, joined to the one before where the two are one. */
function put(segments: Segment[], next: Segment): void {
  const last = segments.at(-1)
  const follows = last?.from === undefined ? next.from === undefined : next.from === last.from + last.length
  if (last?.type === next.type && follows)
    segments[segments.length - 1] = { ...last, length: last.length + next.length }
  else segments.push(next)
}

/** How a manifest's dtype is read: the types that differences are made of, everything else as bytes. */
function numberTypeOf(dtype: string): NumberType {
  switch (dtype) {
    case 'float32':
    case 'float16':
    case 'bfloat16':
    case 'int32':
    case 'int8':
      return dtype
    default:
      return 'uint8'
  }
}

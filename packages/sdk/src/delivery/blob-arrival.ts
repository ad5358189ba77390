import type { FileRef } from '@homing/protocol'

import { pieceSize } from './config.ts'
import type { BlobPiece } from './ports.ts'

/** Where the pieces of one blob are kept until it is whole. */
export interface PieceKeeper {
  read(): Promise<BlobPiece[]>
  /** Its bytes are copied before this resolves, and may then change. */
  write(piece: BlobPiece): Promise<void>
  /** Deletes all of them. */
  drop(): Promise<void>
}

/** A blob as far as it has arrived: `bytes` up to `received`. */
export interface BlobArrival {
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly received: number
  /** The strong tag of the file that the bytes are of. */
  readonly tag: string | undefined
  /** Takes the bytes that come next, of a file with this tag; keeps a piece whenever enough has come. */
  take(next: Uint8Array, tag: string | undefined): Promise<void>
  /** Takes the place of what is here: the same blob, received further in another answer. */
  replace(bytes: Uint8Array<ArrayBuffer>, received: number, tag: string | undefined): Promise<void>
  /** Keeps what has come since the last piece. */
  flush(): Promise<void>
  /** Begins again from nothing. */
  discard(): Promise<void>
}

/**
 * What has arrived of `ref`: what `keeper` holds from its first byte on. Pieces that cannot be of it are dropped. Bytes are
 * put into `memory`, where that is large enough.
 */
export async function openArrival(
  ref: FileRef,
  keeper: PieceKeeper | undefined,
  memory: ArrayBuffer | undefined,
): Promise<BlobArrival> {
  let bytes =
    memory && memory.byteLength >= ref.size ? new Uint8Array(memory, 0, ref.size) : new Uint8Array(ref.size)
  let received = 0
  let kept = 0
  let tag: string | undefined
  const discard = async (): Promise<void> => {
    received = kept = 0
    tag = undefined
    await keeper?.drop()
  }
  /** Serves for every piece: new memory for each would wait for the garbage collector, and there are 64 in a shard. */
  let scratch: Uint8Array<ArrayBuffer> | undefined
  const keep = async (end: number): Promise<void> => {
    const start = kept
    const whole = end - start === pieceSize
    const piece = whole ? (scratch ??= new Uint8Array(pieceSize)) : new Uint8Array(end - start)
    piece.set(bytes.subarray(start, end))
    kept = end
    await keeper?.write({ start, bytes: piece, ...(tag === undefined ? {} : { tag }) })
  }
  const keepWholePieces = async (): Promise<void> => {
    while (received - kept >= pieceSize && received < ref.size) await keep(kept + pieceSize)
  }
  for (const piece of (await keeper?.read()) ?? []) {
    if (piece.start > received) break
    if (piece.start + piece.bytes.byteLength > ref.size) {
      await discard()
      break
    }
    bytes.set(piece.bytes, piece.start)
    received = kept = Math.max(received, piece.start + piece.bytes.byteLength)
    tag = piece.tag
  }
  return {
    get bytes() {
      return bytes
    },
    get received() {
      return received
    },
    get tag() {
      return tag
    },
    async take(next, nextTag) {
      bytes.set(next, received)
      received += next.byteLength
      tag = nextTag
      await keepWholePieces()
    },
    async replace(others, length, otherTag) {
      bytes = others
      received = length
      tag = otherTag
      await keepWholePieces()
    },
    async flush() {
      if (received > kept && received < ref.size) await keep(received) // a whole blob is stored whole
    },
    discard,
  }
}

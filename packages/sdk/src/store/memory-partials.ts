import type { BlobPiece, PieceSpan } from './store.ts'

/** The pieces of blobs that are not whole yet, of a store in memory. */
export interface MemoryPartials {
  read(sha256: string): BlobPiece[]
  list(sha256s: readonly string[]): PieceSpan[]
  write(sha256: string, piece: BlobPiece): void
  delete(sha256: string): void
  /** Deletes the pieces of all other blobs; gives how many bytes that freed. */
  keepOnly(sha256s: ReadonlySet<string>): number
  size(): number
}

/** None yet. */
export function createMemoryPartials(): MemoryPartials {
  const blobs = new Map<string, BlobPiece[]>()
  const held = (sha256: string): BlobPiece[] => blobs.get(sha256) ?? []
  const sizeOf = (pieces: readonly BlobPiece[]): number =>
    pieces.reduce((sum, { bytes }) => sum + bytes.byteLength, 0)
  return {
    read: (sha256) => held(sha256).map((piece) => ({ ...piece, bytes: piece.bytes.slice() })),
    list: (sha256s) =>
      sha256s.flatMap((sha256) =>
        held(sha256).map(({ start, bytes }) => ({ sha256, start, end: start + bytes.byteLength })),
      ),
    write(sha256, piece) {
      const same = ({ start, bytes }: BlobPiece): boolean =>
        start === piece.start && bytes.byteLength === piece.bytes.byteLength
      const others = held(sha256).filter((other) => !same(other))
      const copy = { ...piece, bytes: piece.bytes.slice() }
      blobs.set(
        sha256,
        [...others, copy].sort((a, b) => a.start - b.start || a.bytes.byteLength - b.bytes.byteLength),
      )
    },
    delete: (sha256) => void blobs.delete(sha256),
    keepOnly(sha256s) {
      let freed = 0
      for (const [sha256, pieces] of blobs) {
        if (sha256s.has(sha256)) continue
        freed += sizeOf(pieces)
        blobs.delete(sha256)
      }
      return freed
    },
    size: () => [...blobs.values()].reduce((sum, pieces) => sum + sizeOf(pieces), 0),
  }
}

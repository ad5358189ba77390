import type { FileRef } from '@homing/protocol'

import type { PieceKeeper } from './blob-arrival.ts'
import type { ContentStore } from './ports.ts'

/** Keeps the pieces of a blob in the store. */
export function keeperOf(store: ContentStore, { sha256 }: FileRef): PieceKeeper {
  return {
    read: () => store.readPieces(sha256),
    write: (piece) => store.writePiece(sha256, piece),
    drop: () => store.deletePieces(sha256),
  }
}

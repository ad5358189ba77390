import type { ReadTransaction, WriteTransaction } from './transactions.ts'
import type { HomingDatabase } from './open-database.ts'
import type { BlobPiece, PieceSpan } from './store.ts'

type PieceKey = HomingDatabase['partials']['key']

/** All pieces of one blob: arrays come after numbers in IndexedDB's order of keys. */
const piecesOf = (sha256: string): IDBKeyRange => IDBKeyRange.bound([sha256], [sha256, []])

/** Bytes of a piece, by its key alone. */
export const pieceSize = ([, start, end]: PieceKey): number => end - start

/** `Store.readPieces` within one transaction over partials. */
export async function readIndexedDbPieces(
  transaction: ReadTransaction,
  sha256: string,
): Promise<BlobPiece[]> {
  const partials = transaction.objectStore('partials')
  const [keys, values] = await Promise.all([
    partials.getAllKeys(piecesOf(sha256)),
    partials.getAll(piecesOf(sha256)),
  ])
  return keys.map(([, start], index) => {
    const { bytes, tag } = values[index]!
    return { start, bytes: new Uint8Array(bytes), ...(tag === undefined ? {} : { tag }) }
  })
}

/** `Store.listPieces` within one transaction over partials. */
export async function listIndexedDbPieces(
  transaction: ReadTransaction,
  sha256s: readonly string[],
): Promise<PieceSpan[]> {
  const partials = transaction.objectStore('partials')
  const keys = await Promise.all(sha256s.map((sha256) => partials.getAllKeys(piecesOf(sha256))))
  return keys.flat().map(([sha256, start, end]) => ({ sha256, start, end }))
}

/** `Store.writePiece` within one transaction over partials. */
export async function writeIndexedDbPiece(
  transaction: WriteTransaction,
  sha256: string,
  { start, bytes, tag }: BlobPiece,
): Promise<void> {
  // An array buffer, not a blob: a browser holds a blob's bytes until its handle is collected. A view is cloned whole.
  const whole = bytes.byteLength === bytes.buffer.byteLength
  const value = { bytes: whole ? bytes.buffer : bytes.slice().buffer, ...(tag === undefined ? {} : { tag }) }
  await transaction.objectStore('partials').put(value, [sha256, start, start + bytes.byteLength])
}

/** `Store.deletePieces` within a transaction over partials. */
export async function deleteIndexedDbPieces(transaction: WriteTransaction, sha256: string): Promise<void> {
  await transaction.objectStore('partials').delete(piecesOf(sha256))
}

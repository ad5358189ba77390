import type { BlobPiece, ContentStore, MetadataRecords } from './ports.ts'

/** For tests: the content of a store as plain maps, which a test may spoil. */
export interface MapContent extends ContentStore, MetadataRecords {
  readonly blobs: Map<string, Uint8Array<ArrayBuffer>>
  readonly pieces: Map<string, BlobPiece[]>
  readonly metadata: Map<string, Uint8Array<ArrayBuffer>>
}

/** An empty one. */
export function createMapContent(): MapContent {
  const blobs = new Map<string, Uint8Array<ArrayBuffer>>()
  const pieces = new Map<string, BlobPiece[]>()
  const manifests = new Map<string, Uint8Array<ArrayBuffer>>()
  const metadata = new Map<string, Uint8Array<ArrayBuffer>>()
  return {
    blobs,
    pieces,
    metadata,
    readBlob: (sha256) => Promise.resolve(blobs.get(sha256)?.slice()),
    hasBlobs: (sha256s) => Promise.resolve(new Set(sha256s.filter((sha256) => blobs.has(sha256)))),
    writeBlob(sha256, bytes) {
      pieces.delete(sha256)
      return Promise.resolve(void blobs.set(sha256, bytes.slice()))
    },
    deleteBlob: (sha256) => Promise.resolve(void blobs.delete(sha256)),
    readPieces: (sha256) => Promise.resolve((pieces.get(sha256) ?? []).toSorted((a, b) => a.start - b.start)),
    listPieces: (sha256s) =>
      Promise.resolve(
        sha256s.flatMap((sha256) =>
          (pieces.get(sha256) ?? []).map(({ start, bytes }) => ({
            sha256,
            start,
            end: start + bytes.byteLength,
          })),
        ),
      ),
    writePiece: (sha256, piece) =>
      Promise.resolve(
        void pieces.set(sha256, [...(pieces.get(sha256) ?? []), { ...piece, bytes: piece.bytes.slice() }]),
      ),
    deletePieces: (sha256) => Promise.resolve(void pieces.delete(sha256)),
    readMetadata: (name) => Promise.resolve(metadata.get(name)?.slice()),
    writeMetadata: (name, bytes) => Promise.resolve(void metadata.set(name, bytes)),
    readManifest: (sha256) => Promise.resolve(manifests.get(sha256)?.slice()),
    writeManifest: (sha256, bytes) => Promise.resolve(void manifests.set(sha256, bytes)),
    deleteManifest: (sha256) => Promise.resolve(void manifests.delete(sha256)),
  }
}

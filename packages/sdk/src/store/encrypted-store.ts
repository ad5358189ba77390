import { sha256Hex } from '@homing/protocol'

import type { DeviceKey } from './device-key.ts'
import { seal, sealOverhead, unseal } from './sealed-bytes.ts'
import type { BlobPiece, Store } from './store.ts'

/**
 * `store`, in which blobs and their pieces lie encrypted: graphs and parameters. Manifests, metadata, records and events
 * lie open. Blobs that were stored in the open before are encrypted when they are read; what another key has sealed is
 * deleted, as if it had been lost. Forgetting all models destroys the key.
 */
export function encryptedStore(store: Store, key: DeviceKey): Store {
  const nameOf = (sha256: string, { start }: Pick<BlobPiece, 'start'>): string => `${sha256}/${start}`

  async function writeBlob(sha256: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    await store.writeBlob(sha256, await seal(await key.get(), sha256, bytes))
  }
  return {
    ...store,
    get kind() {
      return store.kind
    },
    get reason() {
      return store.reason
    },
    get code() {
      return store.code
    },

    async readBlob(sha256) {
      const sealed = await store.readBlob(sha256)
      if (!sealed) return undefined
      const bytes = await unseal(await key.get(), sha256, sealed)
      if (bytes) return bytes
      if ((await sha256Hex(sealed)) === sha256) {
        await writeBlob(sha256, sealed).catch(() => undefined) // without room it serves as it is, until there is some
        return sealed
      }
      await store.deleteBlob(sha256)
      return undefined
    },
    writeBlob,

    async readPieces(sha256) {
      const pieces = await store.readPieces(sha256)
      const held = await key.get()
      const opened: BlobPiece[] = []
      for (const piece of pieces) {
        const bytes = await unseal(held, nameOf(sha256, piece), piece.bytes)
        if (bytes) opened.push({ ...piece, bytes })
      }
      if (opened.length < pieces.length) await store.deletePieces(sha256) // the rest of them is sealed as badly
      return opened.length < pieces.length ? [] : opened
    },
    async listPieces(sha256s) {
      const spans = await store.listPieces(sha256s)
      return spans.map((span) => ({ ...span, end: Math.max(span.start, span.end - sealOverhead) }))
    },
    async writePiece(sha256, piece) {
      const bytes = await seal(await key.get(), nameOf(sha256, piece), piece.bytes)
      await store.writePiece(sha256, { ...piece, bytes })
    },

    async forget(rules) {
      if (rules.model === undefined) await key.destroy() // first: what is left after a crash opens for nobody
      await store.forget(rules)
    },
    async close() {
      await Promise.all([store.close(), key.close()])
    },
  }
}

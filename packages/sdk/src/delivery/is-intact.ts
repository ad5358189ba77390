import { type FileRef, sha256Hex } from '@homing/protocol'

/** Whether `bytes` are the file that `ref` names: of its length, and of its SHA-256. */
export async function isIntact(ref: FileRef, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return bytes.byteLength === ref.size && (await sha256Hex(bytes)) === ref.sha256
}

import { HomingError } from '@homing/protocol'
import canonicalJson from '@tufjs/canonical-json'
import models from '@tufjs/models'

import { toHex } from '../keys/bytes.ts'
import { verifySignature } from '../keys/verify-signature.ts'
import type { RoleKeys } from '../metadata/key.ts'
import { jsonOf, type SignedDocument } from './document.ts'
import type { Signer } from './signer.ts'

/**
 * The bytes of a metadata file: the document, signed by every signer that one of `roles` names. A root that changes its
 * own keys is signed for two roles: the one it replaces, and its own.
 * @throws HomingError KEY_MISSING when fewer signers are at hand than a threshold asks for; SIGNING_FAILED.
 */
export async function signMetadata(
  document: SignedDocument,
  roles: readonly RoleKeys[],
  signers: readonly Signer[],
): Promise<Uint8Array<ArrayBuffer>> {
  const needed = new Set(roles.flatMap(({ keyids }) => keyids))
  const byId = new Map(
    signers.filter(({ keyId }) => needed.has(keyId)).map((signer) => [signer.keyId, signer]),
  )
  for (const { keyids, threshold } of roles) {
    const present = keyids.filter((id) => byId.has(id)).length
    if (present < threshold)
      throw new HomingError(
        'KEY_MISSING',
        `${threshold} of the keys ${keyids.map((id) => id.slice(0, 8)).join(', ')} must sign this ${document._type} document; ${present} are at hand`,
        { details: { keyIds: keyids, threshold, present } },
      )
  }
  const signed = jsonOf(document)
  const bytes = new TextEncoder().encode(canonicalJson.canonicalize(signed))
  const signatures: object[] = []
  for (const [keyID, signer] of byId) {
    const sig = toHex(await signer.sign(bytes))
    if (!(await verifySignature(signer.key, sig, bytes)))
      throw new HomingError('SIGNING_FAILED', `The signature by the key ${keyID} does not verify`)
    signatures.push(new models.Signature({ keyID, sig }).toJSON())
  }
  return new TextEncoder().encode(JSON.stringify({ signatures, signed }))
}

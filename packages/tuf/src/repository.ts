export type { Key, RoleKeys } from './metadata/key.ts'
export type { Root } from './metadata/root.ts'
export type { MetaFile } from './metadata/signed-fields.ts'
export type { Snapshot } from './metadata/snapshot.ts'
export type { TargetFile, Targets } from './metadata/targets.ts'
export type { Timestamp } from './metadata/timestamp.ts'
export {
  renewed,
  withDelegation,
  withKeys,
  withoutDelegation,
  withTargets,
} from './repository/changed-documents.ts'
export { readDocument, type SignedDocument } from './repository/document.ts'
export { expiryOf } from './repository/expiry.ts'
export { emptyTargets, initialRoot, initialTargets } from './repository/initial-documents.ts'
export { commandSigner } from './repository/keys/command-signer.ts'
export { readKeyFile, writeKeyFile } from './repository/keys/key-file.ts'
export { keyIdOf } from './repository/keys/key-id.ts'
export { generatePrivateKey, type KeyType, signerOfPem } from './repository/keys/private-key.ts'
export { publicKeyOfPem } from './repository/keys/public-key.ts'
export { metaFileOf, snapshotOf, targetFileOf, timestampOf } from './repository/online-documents.ts'
export {
  federatedModel,
  federatedRole,
  type KeyHolder,
  type RoleName,
  type RoleRule,
  roleRules,
  ruleOf,
} from './repository/roles.ts'
export { signMetadata } from './repository/sign-metadata.ts'
export type { Signatories, Signer } from './repository/signer.ts'
export { keysOfRole, verifyRoot, verifyTargets } from './repository/verify-document.ts'

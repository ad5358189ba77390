import type { TufKey } from './tuf-signer.ts'

/** The fields of each role as they are signed; tests change them at will. */
interface Signed {
  spec_version: string
  version: number
  expires: string
  [field: string]: unknown
}

/** Another file, as a role names it. */
export interface TufFile {
  version: number
  length?: number
  hashes?: Record<string, string>
}

/** Which keys sign for a role. */
export interface TufRole {
  keyids: string[]
  threshold: number
  [field: string]: unknown
}

/** A role to which targets are delegated. */
export interface TufDelegatedRole extends TufRole {
  name: string
  terminating: boolean
  paths?: string[]
  path_hash_prefixes?: string[]
}

/** Root as it is signed. */
export interface TufRoot extends Signed {
  _type: 'root'
  consistent_snapshot: boolean
  keys: Record<string, TufKey>
  roles: Record<'root' | 'timestamp' | 'snapshot' | 'targets', TufRole>
}

/** Timestamp or snapshot as they are signed. */
export interface TufMeta extends Signed {
  _type: 'timestamp' | 'snapshot'
  meta: Record<string, TufFile>
}

/** A targets role as it is signed. */
export interface TufTargets extends Signed {
  _type: 'targets'
  targets: Record<string, { length: number; hashes: Record<string, string>; custom?: unknown }>
  delegations?: { keys: Record<string, TufKey>; roles: TufDelegatedRole[] }
}

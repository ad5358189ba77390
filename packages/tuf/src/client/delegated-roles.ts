import { toHex } from '../keys/bytes.ts'
import type { DelegatedRole, Targets } from '../metadata/targets.ts'
import { matchesPattern } from './path-pattern.ts'

/**
 * The roles to which a role delegates a target, in order, up to the first terminating one (specification 5.6.7.2); `ends`
 * tells that there was one, so that no role after these is asked.
 */
export async function delegatedRoles(
  { delegations }: Targets,
  path: string,
): Promise<{ roles: string[]; ends: boolean }> {
  const roles: string[] = []
  for (const role of delegations?.roles ?? []) {
    if (!(await covers(role, path))) continue
    roles.push(role.name)
    if (role.terminating) return { roles, ends: true }
  }
  return { roles, ends: false }
}

async function covers(
  { paths, path_hash_prefixes: prefixes }: DelegatedRole,
  path: string,
): Promise<boolean> {
  if (paths) return paths.some((pattern) => matchesPattern(path, pattern))
  const digest = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(path))))
  return prefixes?.some((prefix) => digest.startsWith(prefix)) ?? false
}

/**
 * Who holds the keys of a role: `offline`, kept away from what serves; `publisher`, on the machine of whoever publishes;
 * `online`, the server's own.
 */
export type KeyHolder = 'offline' | 'publisher' | 'online'

/** What a role is for. */
export interface RoleRule {
  readonly holder: KeyHolder
  /** Targets that it may vouch for; absent for the top-level roles, which list none. */
  readonly paths?: readonly string[]
  /** Days after which what it signed expires. What is signed online is signed again long before. */
  readonly days: number
}

/** The roles of every repository. Targets delegates to publisher and rollouts and lists nothing itself. */
export const roleRules = {
  root: { holder: 'offline', days: 365 },
  targets: { holder: 'offline', days: 365 },
  publisher: { holder: 'publisher', paths: ['models/*/*/manifest.json'], days: 365 },
  rollouts: { holder: 'online', paths: ['rollouts/*.json', 'patches/*/*.json'], days: 7 },
  snapshot: { holder: 'online', days: 7 },
  timestamp: { holder: 'online', days: 1 },
} as const satisfies Record<string, RoleRule>

/** A role of every repository. */
export type RoleName = keyof typeof roleRules

const federatedPrefix = 'federated-'

/** The role that vouches for the federated versions of a model that opted in; signed online. */
export function federatedRole(model: string): string {
  return `${federatedPrefix}${model}`
}

/** The model whose federated versions a role vouches for; undefined for other roles. */
export function federatedModel(role: string): string | undefined {
  return role.startsWith(federatedPrefix) ? role.slice(federatedPrefix.length) : undefined
}

/** What a role is for; undefined when there is no such role. */
export function ruleOf(role: string): RoleRule | undefined {
  if (Object.hasOwn(roleRules, role)) return roleRules[role as RoleName]
  const model = federatedModel(role)
  return model === undefined
    ? undefined
    : { holder: 'online', paths: [`federated/${model}/*/manifest.json`], days: 7 }
}

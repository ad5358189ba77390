import type { RoleName } from '@homing/tuf/repository'

/** The roles whose metadata is signed elsewhere and sent to the server, in the order in which they trust each other. */
export const offlineRoles = ['root', 'targets', 'publisher'] as const satisfies RoleName[]

/** A role whose metadata is signed elsewhere. */
export type OfflineRole = (typeof offlineRoles)[number]

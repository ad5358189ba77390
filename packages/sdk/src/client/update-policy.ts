/** Every update policy, the default first. */
export const updatePolicies = ['localThenUpdate', 'latest', 'manual', 'localOnly'] as const

/**
 * Which version a model opens with, and what happens when another is published:
 * - `localThenUpdate` opens with what is on the device, and switches to new versions as they come.
 * - `latest` opens with the newest version, which it looks for first, and with what is on the device where that look fails;
 *   then as `localThenUpdate`.
 * - `manual` opens with what is on the device; a new version waits for `update()`.
 * - `localOnly` opens with what is on the device, and never asks the repository by itself.
 *
 * The first three fetch a model that is not on the device.
 */
export type UpdatePolicy = (typeof updatePolicies)[number]

/** Whether new versions are taken as they come. */
export function takesUpdates(policy: UpdatePolicy): boolean {
  return policy === 'localThenUpdate' || policy === 'latest'
}

import { canonicalBytes, parseRollout } from '@homing/protocol'

import { isListed } from '../metadata/listed-versions.ts'
import type { Listing } from '../metadata/publisher-listing.ts'
import type { Registry } from '../repositories/registry.ts'

/** Takes off every rollout's list what publisher metadata lists no longer. Champions and challengers it always lists. */
export async function withoutYanked(
  registry: Registry,
  { version: publisher, listing }: Listing,
): Promise<void> {
  for (const { model, document, revision } of await registry.rollouts()) {
    const rollout = parseRollout(Buffer.from(document), model)
    const versions = rollout.versions.filter((version) => isListed(listing, model, version))
    const serving = [rollout.champion, rollout.challenger].filter((version) => version !== undefined)
    const whole = serving.every((version) => versions.some((listed) => listed.version === version))
    if (versions.length === rollout.versions.length || !whole) continue
    const next = { ...rollout, revision: revision + 1, versions }
    const text = Buffer.from(canonicalBytes(next)).toString()
    // Whoever changes the rollout meanwhile takes the list of the newest publisher metadata, too.
    await registry.advanceRollout({ model, revision: next.revision, document: text }, publisher)
  }
}

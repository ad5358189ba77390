import { type ModelSummary, parseRollout } from '@homing/protocol'

import type { Registry, VersionRecord } from '../repositories/registry.ts'

/** What is published and rolled out: of `model`, or of all models in the order of their names. */
export async function modelSummaries(registry: Registry, model?: string): Promise<ModelSummary[]> {
  // Rollouts first: versions are never removed, so those read afterwards include all that a rollout names.
  const rollouts = new Map((await registry.rollouts(model)).map((record) => [record.model, record]))
  const byModel = new Map<string, VersionRecord[]>()
  for (const record of await registry.versions(model)) {
    const records = byModel.get(record.model)
    if (records) records.push(record)
    else byModel.set(record.model, [record])
  }
  return Array.from(byModel, ([name, records]) => {
    const stored = rollouts.get(name)
    const rollout = stored && parseRollout(Buffer.from(stored.document), name)
    return {
      model: name,
      ...(rollout ? { champion: rollout.champion } : {}),
      ...(rollout?.challenger === undefined ? {} : { challenger: rollout.challenger }),
      revision: rollout?.revision ?? 0,
      versions: records.map(publishedVersion),
    }
  })
}

/** A version as answers show it. */
export function publishedVersion(record: VersionRecord): ModelSummary['versions'][number] {
  const { version, manifest, requirements, publishedAt } = record
  return { version, manifest, ...(requirements ? { requirements } : {}), publishedAt }
}

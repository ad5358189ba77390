import { type ModelSummary, parseRollout } from '@homing/protocol'
import type { Targets } from '@homing/tuf/repository'

import { isListed } from '../metadata/listed-versions.ts'
import type { VersionRecord } from '../repositories/registry.ts'
import type { Publication } from './publish-version.ts'

/** What is published, signed and rolled out: of `model`, or of all models in the order of their names. */
export async function modelSummaries(
  { registry, publisher }: Pick<Publication, 'registry' | 'publisher'>,
  model?: string,
): Promise<ModelSummary[]> {
  // Rollouts first: versions are never removed, so those read afterwards include all that a rollout names.
  const rollouts = new Map((await registry.rollouts(model)).map((record) => [record.model, record]))
  const byModel = new Map<string, VersionRecord[]>()
  for (const record of await registry.versions(model)) {
    const records = byModel.get(record.model)
    if (records) records.push(record)
    else byModel.set(record.model, [record])
  }
  const { listing } = await publisher()
  return Array.from(byModel, ([name, records]) => {
    const stored = rollouts.get(name)
    const rollout = stored && parseRollout(Buffer.from(stored.document), name)
    return {
      model: name,
      ...(rollout ? { champion: rollout.champion } : {}),
      ...(rollout?.challenger === undefined ? {} : { challenger: rollout.challenger }),
      revision: rollout?.revision ?? 0,
      versions: records.map((record) => publishedVersion(record, listing)),
    }
  })
}

/** A version as answers show it. */
export function publishedVersion(
  record: VersionRecord,
  publisher: Targets | undefined,
): ModelSummary['versions'][number] {
  const { version, manifest, requirements, publishedAt } = record
  const signed = isListed(publisher, record.model, record)
  return { version, manifest, ...(requirements ? { requirements } : {}), publishedAt, signed }
}

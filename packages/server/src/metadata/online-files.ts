import { paths } from '@homing/protocol'
import { federatedRole } from '@homing/tuf/repository'

import type { MetadataRepository, OnlineTarget } from '../repositories/metadata-repository.ts'
import type { Registry } from '../repositories/registry.ts'

/** Every file that the server's own key shall vouch for: rollouts, patches, federated versions. */
export async function onlineFiles(registry: Registry, metadata: MetadataRepository): Promise<OnlineTarget[]> {
  const rollouts = (await registry.rollouts()).map(({ model, document }) => ({
    path: paths.rollout(model),
    bytes: new Uint8Array(Buffer.from(document)),
  }))
  return [...rollouts, ...(await metadata.onlineTargets())]
}

/** The role that vouches for a file of the server's own. */
export function onlineRoleOf(path: string): string {
  const model = /^federated\/([^/]+)\//.exec(path)?.[1]
  return model === undefined ? 'rollouts' : federatedRole(model)
}

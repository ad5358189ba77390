import { HomingError, ModelListSchema, namedModels } from '@homing/protocol'

import type { ApiClient } from './api-client.ts'
import type { PackedVersion } from './packed-version.ts'

/**
 * Requires that every model which these versions name (`next`, a guard's fallback) is published already, or among them: no
 * device could open a version that does not find it.
 * @throws HomingError NEXT_INVALID with `details.path`, and what a request can fail with.
 */
export async function requireNamed(api: ApiClient, wanted: readonly PackedVersion[]): Promise<void> {
  const own = new Set(wanted.map(({ manifest }) => manifest.model))
  const elsewhere = wanted.flatMap(({ manifest }) =>
    namedModels(manifest)
      .filter((name) => !own.has(name))
      .map((name) => ({ name, by: manifest })),
  )
  if (elsewhere.length === 0) return
  const { models } = await api({ method: 'GET', path: '/v1/models' }, ModelListSchema)
  const missing = elsewhere.find(({ name }) => models.every(({ model }) => model !== name))
  if (!missing) return
  const { name, by } = missing
  throw new HomingError(
    'NEXT_INVALID',
    `${by.model} ${by.version} names the model ${name}, which the repository does not have. Publish ${name} first, or in one go.`,
    { details: { path: [by.model, name] } },
  )
}

import { type ModelAccess, ModelAccessSchema } from '@homing/protocol'

import { apiClient, type ServerOptions } from './api-client.ts'

/**
 * Says who may read the manifests, shards and patches of a model: everyone, or those with a token that names it. A model
 * need not be published for it, so that nothing of a private one was ever public.
 */
export async function setAccess(
  model: string,
  access: ModelAccess,
  options: ServerOptions,
): Promise<ModelAccess> {
  const answer = await apiClient(options)(
    {
      method: 'PUT',
      path: `/v1/models/${encodeURIComponent(model)}/access`,
      body: new TextEncoder().encode(JSON.stringify({ access })),
    },
    ModelAccessSchema,
  )
  return answer.access
}

import {
  type AppKey,
  AppKeyListSchema,
  AppKeySchema,
  type CreatedAppKey,
  CreatedAppKeySchema,
} from '@homing/protocol'

import { apiClient, type ServerOptions } from './api-client.ts'

/** Makes a key with which the pages of `origins` send telemetry of `app`; only this answer tells it. */
export function createAppKey(
  app: string,
  origins: readonly string[],
  options: ServerOptions,
): Promise<CreatedAppKey> {
  const body = new TextEncoder().encode(JSON.stringify({ app, origins }))
  return apiClient(options)({ method: 'POST', path: '/v1/apps', body }, CreatedAppKeySchema)
}

/** All keys of apps, without themselves. */
export async function listAppKeys(options: ServerOptions): Promise<AppKey[]> {
  return (await apiClient(options)({ method: 'GET', path: '/v1/apps' }, AppKeyListSchema)).keys
}

/** Takes a key back: nothing more is taken with it. */
export function revokeAppKey(id: string, options: ServerOptions): Promise<AppKey> {
  return apiClient(options)(
    { method: 'POST', path: `/v1/apps/${encodeURIComponent(id)}/revoke` },
    AppKeySchema,
  )
}

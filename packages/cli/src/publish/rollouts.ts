import {
  compareVersions,
  HomingError,
  ModelListSchema,
  type ModelSummary,
  ModelSummarySchema,
  type Rollout,
  RolloutSchema,
} from '@homing/protocol'

import { type ApiClient, apiClient, type ServerOptions } from './api-client.ts'

/** Gives devices `version`, unless they have a newer one; either way the rollout then lists it. Returns the champion. */
export async function rollOutNewest(api: ApiClient, model: string, version: string): Promise<string> {
  const { champion: present, challenger } = await summaryOf(api, model)
  const champion = present !== undefined && compareVersions(present, version) > 0 ? present : version
  await putRollout(api, model, champion, challenger === champion ? undefined : challenger)
  return champion
}

/**
 * Gives devices `champion`, with `challenger` on trial beside it.
 * @throws HomingError MODEL_UNKNOWN, VERSION_UNKNOWN, UNAUTHORIZED and what a request can fail with
 */
export function rollOut(
  model: string,
  champion: string,
  options: ServerOptions & { readonly challenger?: string | undefined },
): Promise<Rollout> {
  return putRollout(apiClient(options), model, champion, options.challenger)
}

/**
 * Gives devices the version before the champion, and ends a trial.
 * @throws HomingError VERSION_UNKNOWN when there is none before it
 */
export async function rollBack(model: string, options: ServerOptions): Promise<Rollout> {
  const api = apiClient(options)
  const { champion, versions } = await summaryOf(api, model)
  const [previous] = versions
    .filter(({ signed }) => signed)
    .map(({ version }) => version)
    .filter((version) => champion !== undefined && compareVersions(version, champion) < 0)
    .sort((a, b) => compareVersions(b, a))
  if (previous === undefined) {
    const problem =
      champion === undefined
        ? 'no version of it was ever rolled out'
        : `no signed version is older than ${champion}`
    throw new HomingError('VERSION_UNKNOWN', `${model} cannot be rolled back: ${problem}`)
  }
  return putRollout(api, model, previous, undefined)
}

/** What the server has: all models, or one. */
export async function status(
  options: ServerOptions & { readonly model?: string | undefined },
): Promise<ModelSummary[]> {
  const api = apiClient(options)
  if (options.model !== undefined) return [await summaryOf(api, options.model)]
  return (await api({ method: 'GET', path: '/v1/models' }, ModelListSchema)).models
}

function summaryOf(api: ApiClient, model: string): Promise<ModelSummary> {
  return api({ method: 'GET', path: `/v1/models/${encodeURIComponent(model)}` }, ModelSummarySchema)
}

function putRollout(
  api: ApiClient,
  model: string,
  champion: string,
  challenger: string | undefined,
): Promise<Rollout> {
  const body = new TextEncoder().encode(JSON.stringify({ champion, challenger }))
  return api({ method: 'PUT', path: `/v1/models/${encodeURIComponent(model)}/rollout`, body }, RolloutSchema)
}

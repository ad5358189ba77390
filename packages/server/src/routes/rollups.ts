import { Readable } from 'node:stream'

import { AppNameSchema, ModelNameSchema, VersionSchema } from '@homing/protocol'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import * as v from 'valibot'

import type { Cohort } from '../config.ts'
import { requireToken } from '../plugins/admin-token.ts'
import { jsonSchema } from '../plugins/json-schema.ts'
import { adminOnly, errorResponse } from '../plugins/openapi.ts'
import type { QueryGuard } from '../plugins/write-guard.ts'
import type { RollupRepository } from '../repositories/rollup-repository.ts'
import {
  type Division,
  divisions,
  type Figure,
  type FigureQuery,
  figuresOf,
} from '../telemetry/cohort/figures.ts'

/** What the routes of rollups work with. */
export interface RollupRoutes {
  readonly rollups: RollupRepository
  readonly cohort: Cohort
  readonly query: QueryGuard
  readonly adminToken: string
}

const text = v.pipe(v.string(), v.maxLength(512))
const hour = v.pipe(v.string(), v.regex(/^\d{1,8}$/, 'not an hour since the epoch'))
const QuerySchema = v.object({
  app: v.optional(AppNameSchema),
  model: v.optional(ModelNameSchema),
  version: v.optional(VersionSchema),
  variant: v.optional(text),
  backend: v.optional(text),
  browser: v.optional(text),
  slice: v.optional(text),
  from: v.optional(hour),
  to: v.optional(hour),
  by: v.optional(
    v.pipe(v.string(), v.regex(new RegExp(`^(?:${divisions.join('|')})(?:,(?:${divisions.join('|')}))*$`))),
  ),
})
type Query = v.InferOutput<typeof QuerySchema>

/** What devices told, merged: never of fewer than a cohort. */
export async function rollupRoutes(
  app: FastifyInstance,
  { rollups, cohort, query, adminToken }: RollupRoutes,
): Promise<void> {
  const options = {
    ...query,
    preParsing: requireToken(adminToken),
    schema: { security: adminOnly, querystring: jsonSchema(QuerySchema) },
  }
  const figures = (request: FastifyRequest) =>
    figuresOf(rollups, readQuery(request.query as Query), cohort.marks <= 1)

  app.get(
    '/v1/telemetry/rollups',
    {
      ...options,
      schema: {
        ...options.schema,
        summary: 'Figures of whole cohorts, by version or as `by` says',
        response: { 200: { description: 'Figures', type: 'object' }, ...errorResponse },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      const all: Figure[] = []
      for await (const figure of figures(request)) all.push(figure)
      return { cohort, figures: all }
    },
  )

  app.get(
    '/v1/telemetry/export',
    {
      ...options,
      schema: {
        ...options.schema,
        summary: 'The same as lines of JSON, by release unless `by` says otherwise',
        response: { 200: { description: 'A figure a line', type: 'string' }, ...errorResponse },
      },
    },
    (request, reply) => {
      const { by = 'release', ...rest } = request.query as Query
      request.query = { ...rest, by }
      reply.headers({ 'cache-control': 'no-store', 'content-type': 'application/x-ndjson' })
      return reply.send(Readable.from(linesOf(figures(request))))
    },
  )
}

function readQuery({ from, to, by = 'version', ...rest }: Query): FigureQuery {
  return {
    ...rest,
    from: from === undefined ? undefined : Number(from),
    to: to === undefined ? undefined : Number(to),
    by: by.split(',') as Division[],
  }
}

async function* linesOf(values: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const value of values) yield `${JSON.stringify(value)}\n`
}

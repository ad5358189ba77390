import type { Transaction } from 'kysely'

import { rowsPerStatement } from '../config.ts'
import type { Database, Tables } from './database.ts'
import {
  type ChangeOutcome,
  type Rollup,
  type RollupChange,
  type RollupHead,
  rollupKey,
  type RollupPlace,
  type RollupRepository,
} from './rollup-repository.ts'

const headColumns = [
  'revision',
  'release',
  'span',
  'hour',
  'app',
  'model',
  'version',
  'variant',
  'backend',
  'browser',
  'slice',
  'marks',
  'batches',
] as const

/** Why a change is undone. */
class Undone extends Error {
  readonly outcome: ChangeOutcome

  constructor(outcome: ChangeOutcome) {
    super(outcome)
    this.outcome = outcome
  }
}

/** Rollups in the tables of `database`. The SQL is common to SQLite and PostgreSQL. */
export function kyselyRollups(database: Database): RollupRepository {
  return {
    async change(change) {
      try {
        await whole(database, (transaction) => apply(transaction, change))
        return 'done'
      } catch (error) {
        if (error instanceof Undone) return error.outcome
        throw error
      }
    },

    async find(places) {
      const found: Rollup[] = []
      for (const part of parts(places.map(rollupKey)))
        found.push(
          ...(await database
            .selectFrom('telemetry_rollups')
            .select([...headColumns, 'body'])
            .where('key', 'in', part)
            .execute()),
        )
      return found
    },

    heads({ released, release, app, model, version, span, from, before }) {
      let query = database.selectFrom('telemetry_rollups').select(headColumns)
      if (released !== undefined) query = query.where('release', released ? '>' : '=', 0)
      for (const [column, value] of Object.entries({ release, app, model, version, span }))
        if (value !== undefined) query = query.where(column as 'app', '=', value as string)
      if (from !== undefined) query = query.where('hour', '>=', from)
      if (before !== undefined) query = query.where('hour', '<', before)
      return query.orderBy('app').orderBy('model').orderBy('version').orderBy('hour').orderBy('key').execute()
    },

    async count(app, hour) {
      const { count } = await database
        .selectFrom('telemetry_rollups')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('app', '=', app)
        .where('hour', '=', hour)
        .where('release', '=', 0)
        .executeTakeFirstOrThrow()
      return count
    },

    release: (heads, document) =>
      whole(database, async (transaction) => {
        const { id } = await transaction
          .insertInto('telemetry_releases')
          .values({ document: JSON.stringify(document) })
          .returning('id')
          .executeTakeFirstOrThrow()
        for (const head of heads) {
          const { numUpdatedRows } = await transaction
            .updateTable('telemetry_rollups')
            .set({ key: rollupKey({ ...head, release: id }), release: id, revision: head.revision + 1 })
            .where('key', '=', rollupKey(head))
            .where('revision', '=', head.revision)
            .executeTakeFirstOrThrow()
          if (numUpdatedRows !== 1n) throw new Undone('changed')
        }
        return id
      }).catch((error: unknown) => {
        if (error instanceof Undone) return undefined
        throw error
      }),
  }
}

function whole<T>(database: Database, act: (transaction: Transaction<Tables>) => Promise<T>): Promise<T> {
  return database.transaction().execute(act)
}

async function apply(
  transaction: Transaction<Tables>,
  { folds = [], removed = [], written }: RollupChange,
): Promise<void> {
  for (const part of parts(folds)) {
    const { numDeletedRows } = await transaction
      .deleteFrom('telemetry_unfolded')
      .where('seq', 'in', part)
      .executeTakeFirstOrThrow()
    if (Number(numDeletedRows) !== part.length) throw new Undone('folded')
  }
  for (const head of removed) await remove(transaction, head)
  for (const rollup of written) await write(transaction, rollup)
}

async function remove(transaction: Transaction<Tables>, head: RollupHead): Promise<void> {
  const { numDeletedRows } = await transaction
    .deleteFrom('telemetry_rollups')
    .where('key', '=', rollupKey(head))
    .where('revision', '=', head.revision)
    .executeTakeFirstOrThrow()
  if (numDeletedRows !== 1n) throw new Undone('changed')
}

async function write(transaction: Transaction<Tables>, rollup: Rollup): Promise<void> {
  const key = rollupKey(rollup)
  const { revision, marks, batches, body } = rollup
  const { numInsertedOrUpdatedRows = 0n } =
    revision === 0
      ? await transaction
          .insertInto('telemetry_rollups')
          .values({ ...columnsOf(rollup), key, revision: 1 })
          .onConflict((conflict) => conflict.column('key').doNothing())
          .executeTakeFirstOrThrow()
      : {
          numInsertedOrUpdatedRows: (
            await transaction
              .updateTable('telemetry_rollups')
              .set({ marks, batches, body, revision: revision + 1 })
              .where('key', '=', key)
              .where('revision', '=', revision)
              .executeTakeFirstOrThrow()
          ).numUpdatedRows,
        }
  if (numInsertedOrUpdatedRows !== 1n) throw new Undone('changed')
}

function columnsOf(rollup: Rollup): RollupPlace & Pick<Rollup, 'marks' | 'batches' | 'body'> {
  const { release, span, hour, app, model, version, variant, backend, browser, slice, marks, batches, body } =
    rollup
  return { release, span, hour, app, model, version, variant, backend, browser, slice, marks, batches, body }
}

function parts<T>(list: readonly T[]): T[][] {
  const cut: T[][] = []
  for (let from = 0; from < list.length; from += rowsPerStatement)
    cut.push(list.slice(from, from + rowsPerStatement))
  return cut
}

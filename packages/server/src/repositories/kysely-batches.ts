import type { BatchRepository, NewBatch } from './batch-repository.ts'
import type { Database } from './database.ts'

/** Batches in the tables of `database`. The SQL is common to SQLite and PostgreSQL. */
export function kyselyBatches(database: Database): BatchRepository {
  const foldedBefore = (hour: number, limit: number) =>
    database
      .selectFrom('telemetry_batches')
      .select('seq')
      .where('hour', '<', hour)
      .where('seq', 'not in', (query) => query.selectFrom('telemetry_unfolded').select('seq'))
      .limit(limit)

  return {
    add: (batches) =>
      database.transaction().execute(async (transaction) => {
        const added = await transaction
          .insertInto('telemetry_batches')
          .values(batches.map(({ app, id, hour, body }) => ({ app, id, hour, body })))
          .onConflict((conflict) => conflict.columns(['app', 'id']).doNothing())
          .returning(['seq', 'app', 'id'])
          .execute()
        if (added.length > 0)
          await transaction
            .insertInto('telemetry_unfolded')
            .values(added.map(({ seq }) => ({ seq })))
            .execute()
        return seqsOf(batches, added)
      }),

    async unfolded(after, limit) {
      const rows = await database
        .selectFrom('telemetry_unfolded')
        .select('seq')
        .where('seq', '>', after)
        .orderBy('seq')
        .limit(limit)
        .execute()
      return rows.map(({ seq }) => seq)
    },

    async backlog() {
      const { count } = await database
        .selectFrom('telemetry_unfolded')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .executeTakeFirstOrThrow()
      return count
    },

    async read(seqs) {
      if (seqs.length === 0) return []
      const rows = await database
        .selectFrom('telemetry_batches')
        .innerJoin('telemetry_unfolded', 'telemetry_unfolded.seq', 'telemetry_batches.seq')
        .select(['telemetry_batches.seq as seq', 'app', 'id', 'hour', 'body'])
        .where('telemetry_batches.seq', 'in', seqs)
        .orderBy('telemetry_batches.seq')
        .execute()
      return rows.map((row) => ({ ...row, body: bytesOf(row.body) }))
    },

    async eraseBodies(hour, limit) {
      const old = foldedBefore(hour, limit).where('body', 'is not', null)
      const { numUpdatedRows } = await database
        .updateTable('telemetry_batches')
        .set({ body: null })
        .where('seq', 'in', old)
        .executeTakeFirstOrThrow()
      return Number(numUpdatedRows)
    },

    async forget(hour, limit) {
      const { numDeletedRows } = await database
        .deleteFrom('telemetry_batches')
        .where('seq', 'in', foldedBefore(hour, limit))
        .executeTakeFirstOrThrow()
      return Number(numDeletedRows)
    },
  }
}

/** Of two with one id in `batches`, the first is the one that was added. */
function seqsOf(
  batches: readonly NewBatch[],
  added: readonly { seq: number; app: string; id: string }[],
): (number | undefined)[] {
  const seqs = new Map(added.map(({ seq, app, id }) => [`${app} ${id}`, seq]))
  return batches.map(({ app, id }) => {
    const name = `${app} ${id}`
    const seq = seqs.get(name)
    seqs.delete(name)
    return seq
  })
}

/** libsql gives an ArrayBuffer where others give a view. */
function bytesOf(body: Uint8Array | ArrayBuffer | null): Uint8Array {
  if (body === null) return new Uint8Array()
  return body instanceof ArrayBuffer ? new Uint8Array(body) : body
}

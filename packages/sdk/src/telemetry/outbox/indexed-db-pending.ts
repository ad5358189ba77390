import type { PendingStore } from '../pending-store.ts'
import type { OutboxTransactions } from './outbox-database.ts'

/** Predictions that wait for feedback in telemetry's database: at most `limit`, over all tabs. */
export function indexedDbPending(
  { during }: Pick<OutboxTransactions, 'during'>,
  limit: number,
): PendingStore {
  return {
    put: (predictions) =>
      during(['pending', 'notes'], async (transaction) => {
        const pending = transaction.objectStore('pending')
        if ((await transaction.objectStore('notes').get('consent')) === 'off') return
        for (const prediction of predictions) await pending.put(prediction)
        const excess = (await pending.count()) - limit
        if (excess <= 0) return
        for (const oldest of await pending.index('time').getAllKeys(undefined, excess))
          await pending.delete(oldest)
      }),
    get: (model, id) =>
      during(['pending'], (transaction) => transaction.objectStore('pending').get([model, id])),
    due: (time, most) =>
      during(['pending'], (transaction) =>
        transaction.objectStore('pending').index('due').getAll(IDBKeyRange.upperBound(time), most),
      ),
    clear: () => during(['pending'], (transaction) => transaction.objectStore('pending').clear()),
  }
}

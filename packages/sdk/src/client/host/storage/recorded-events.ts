import type { Store } from '../../../store/store.ts'
import { eventsPerPruning, maxEventAge } from '../../config.ts'
import type { HostApi } from '../../host-api.ts'

/** What the app records, for models that look back at it. */
export type RecordedEvents = Pick<HostApi, 'record' | 'readEvents'>

export function recordedEvents(
  store: () => Promise<Pick<Store, 'appendEvent' | 'readEvents' | 'deleteEventsBefore'>>,
): RecordedEvents {
  let recorded = 0
  return {
    async record(event, fields) {
      const kept = await store()
      const time = Date.now()
      await kept.appendEvent({ event, time, fields })
      if (recorded++ % eventsPerPruning === 0) await kept.deleteEventsBefore(time - maxEventAge)
    },
    async readEvents(windows) {
      const kept = await store()
      const now = Date.now()
      const entries = windows.map(
        async ({ event, seconds }) => [event, await kept.readEvents(event, now - seconds * 1_000)] as const,
      )
      return Object.fromEntries(await Promise.all(entries))
    },
  }
}

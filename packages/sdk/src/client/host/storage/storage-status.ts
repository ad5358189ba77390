import type { Store } from '../../../store/store.ts'
import type { ModelStatus } from '../../status-api.ts'
import type { StorageRoom } from './storage-room.ts'

/** Where a model's files are kept now, as its status tells it. */
export async function storageStatus(
  store: Store,
  { persisted }: Pick<StorageRoom, 'persisted'>,
): Promise<ModelStatus['storage']> {
  const { kind, reason, code } = store
  return {
    kind,
    usage: await store.usage(),
    ...(reason === undefined ? {} : { reason }),
    ...(code === undefined ? {} : { code }),
    ...(persisted === undefined ? {} : { persisted }),
  }
}

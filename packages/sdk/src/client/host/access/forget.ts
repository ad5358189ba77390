import { parseManifest } from '@homing/protocol'

import type { Store } from '../../../store/store.ts'
import type { OpenModels } from '../tabs/open-models.ts'
import type { Tabs } from '../tabs/tabs.ts'

/** What forgetting works with. */
export interface ForgetDeps {
  readonly store: Store
  readonly tabs: Pick<Tabs, 'tell'>
  readonly openModels: OpenModels
  /** Closes a model of this tab, or all. */
  readonly close: (model: string | undefined) => Promise<void>
}

/**
 * Deletes what is on the device of one model, or of all, once every tab has closed it.
 * @throws HomingError STORE_UNAVAILABLE when something may be left.
 */
export async function forget(
  model: string | undefined,
  { store, tabs, openModels, close }: ForgetDeps,
): Promise<void> {
  tabs.tell({ type: 'forgotten', model })
  await close(model)
  await openModels.whenClosed(model, () => store.forget({ model, parse: parseManifest }))
}

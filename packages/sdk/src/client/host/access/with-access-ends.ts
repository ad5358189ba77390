import type { AccessClaims } from '@homing/protocol'

import type { Store } from '../../../store/store.ts'

/** `store`, which notes with every change of a model's record until when `claims` lets the user have that model. */
export function withAccessEnds(store: Store, claims: () => AccessClaims | undefined): Store {
  const updateModel: Store['updateModel'] = (model, change) =>
    store.updateModel(model, (record) => {
      const changed = change(record)
      const models = claims()?.homing.models ?? {}
      if (!Object.hasOwn(models, model)) return changed
      return { ...changed, until: models[model]! * 1000 }
    })
  // Not a copy: whether the store is in memory is told by getters.
  return Object.create(store, { updateModel: { value: updateModel } }) as Store
}

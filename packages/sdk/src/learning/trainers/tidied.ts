import type { TensorContainer } from '@tensorflow/tfjs-core'

import type { TfjsCore } from '../../libraries/tfjs-library.ts'

/** What `make` gives; every other tensor that it makes is disposed of. */
export function tidied<T extends object>(core: TfjsCore, make: () => T): T {
  let made!: T
  core.tidy(() => {
    made = make()
    return made as TensorContainer
  })
  return made
}

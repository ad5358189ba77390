import { HomingError } from '@homing/protocol'

import { adam, type AdamOptions } from './adam.ts'
import { momentum, sgd } from './momentum.ts'
import type { Optimiser } from './optimiser.ts'

/** An optimiser by name, with its settings. */
export type OptimiserSettings =
  | { readonly kind: 'sgd' }
  | { readonly kind: 'momentum'; readonly decay?: number; readonly nesterov?: boolean }
  | ({ readonly kind: 'adam' } & AdamOptions)

/**
 * The optimiser that `settings` describe.
 * @throws HomingError CONFIG_INVALID when there is none.
 */
export function optimiserOf(settings: OptimiserSettings): Optimiser {
  switch (settings.kind) {
    case 'sgd':
      return sgd()
    case 'momentum':
      return momentum(settings)
    case 'adam':
      return adam(settings)
    default:
      throw new HomingError(
        'CONFIG_INVALID',
        `There is no optimiser ${JSON.stringify(settings satisfies never)}`,
      )
  }
}

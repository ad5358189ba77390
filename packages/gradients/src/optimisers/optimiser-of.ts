import type { OptimiserSettings } from '@homing/protocol'

import { adam } from './adam.ts'
import { momentum, sgd } from './momentum.ts'
import type { Optimiser } from './optimiser.ts'

/** The optimiser that `settings` describe. */
export function optimiserOf(settings: OptimiserSettings): Optimiser {
  switch (settings.kind) {
    case 'sgd':
      return sgd()
    case 'momentum':
      return momentum(settings)
    case 'adam':
      return adam(settings)
  }
}

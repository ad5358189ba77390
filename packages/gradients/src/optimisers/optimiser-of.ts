import { adam, type AdamOptions } from './adam.ts'
import { momentum, sgd } from './momentum.ts'
import type { Optimiser } from './optimiser.ts'

/** An optimiser by name, with its settings. */
export type OptimiserSettings =
  | { readonly kind: 'sgd' }
  | { readonly kind: 'momentum'; readonly decay?: number; readonly nesterov?: boolean }
  | ({ readonly kind: 'adam' } & AdamOptions)

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

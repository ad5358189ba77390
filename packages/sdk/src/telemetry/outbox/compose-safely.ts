import { addDropped } from './batch-head.ts'
import type { Compose, Dropped, SealContext, Sealed } from './outbox.ts'

/** What batches were made, and the drops that are still to be reported. */
export interface SafelySealed extends Sealed {
  readonly left: Dropped
}

/** Makes batches. What they cannot be made of is dropped as `damaged`: kept, it would keep everything from being sent. */
export function composeSafely(compose: Compose, context: SealContext): SafelySealed {
  try {
    const sealed = compose(context)
    return { ...sealed, left: sealed.batches.length > 0 ? {} : context.dropped }
  } catch {
    return { batches: [], marks: [], left: addDropped(context.dropped, { damaged: 1 }) }
  }
}

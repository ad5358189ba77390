import type { Explanation } from '@homing/sdk'

import { settleAfter } from '../config.ts'

/** Explanations of what is on the page, as long as somebody looks at them. */
export interface LatestExplanation {
  /** The input changed: what was explained is stale, and is explained anew once it has not changed for a moment. */
  change(): void
  /** Begins or ends to explain. */
  look(wanted: boolean): void
}

/** How explanations are made and shown. */
export interface ExplanationWork<E extends Explanation> {
  /** Explains what is there now; undefined where nothing is. */
  readonly explain: (signal: AbortSignal) => Promise<E> | undefined
  /** Shows an explanation; undefined: there is none, or it is stale. */
  readonly show: (explanation: E | undefined) => void
  /** Why there is none. */
  readonly fail: (error: unknown) => void
}

/** Explains the newest state and no other: an older explanation under way is aborted. */
export function latestExplanation<E extends Explanation>({
  explain,
  show,
  fail,
}: ExplanationWork<E>): LatestExplanation {
  let wanted = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let stop = new AbortController()

  const begin = async () => {
    const { signal } = stop
    try {
      const explanation = await explain(signal)
      if (!signal.aborted) show(explanation)
    } catch (error) {
      if (!signal.aborted) fail(error)
    }
  }
  const restart = (wait: number) => {
    clearTimeout(timer)
    stop.abort()
    stop = new AbortController()
    show(undefined)
    if (wanted) timer = setTimeout(() => void begin(), wait)
  }
  return {
    change: () => restart(settleAfter),
    look(next) {
      wanted = next
      restart(0)
    },
  }
}

import { HomingError } from '@homing/protocol'

import type { DeliveryPlatform } from './ports.ts'

/** The platform's own fetch, clock and chance, in browsers, workers and Node. */
export function webPlatform(): DeliveryPlatform {
  return {
    fetch: (input, init) => fetch(input, init),
    now: () => performance.now(),
    time: () => Date.now(),
    random: () => Math.random(),
    sleep,
  }
}

function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (): void => {
      clearTimeout(timer)
      reject(new HomingError('ABORTED', 'The wait was aborted', { cause: signal?.reason }))
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', refuse)
      resolve()
    }, ms)
    if (signal?.aborted) refuse()
    else signal?.addEventListener('abort', refuse, { once: true })
  })
}

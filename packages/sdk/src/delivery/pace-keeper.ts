import { HomingError } from '@homing/protocol'

import { graceTime, minBytesPerSecond } from './config.ts'
import type { DeliveryPlatform } from './ports.ts'

/**
 * Gives what is to be told of the bytes of one answer as they arrive: it throws TIMEOUT once they come so slowly that
 * somebody holds the device up (slow retrieval, The Update Framework 1.5.2).
 */
export function paceKeeper(platform: Pick<DeliveryPlatform, 'now'>, url: string): (received: number) => void {
  const began = platform.now()
  return (received) => {
    const paid = graceTime + (received / minBytesPerSecond) * 1_000
    if (platform.now() - began > paid)
      throw new HomingError('TIMEOUT', `${url} came at less than ${minBytesPerSecond} bytes a second`)
  }
}

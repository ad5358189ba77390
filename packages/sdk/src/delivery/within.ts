import { HomingError } from '@homing/protocol'

import type { DeliveryPlatform } from './ports.ts'

/** What `work` gives within `ms` milliseconds. @throws HomingError TIMEOUT that begins with `late`. */
export async function within<T>(
  platform: Pick<DeliveryPlatform, 'sleep'>,
  ms: number,
  work: Promise<T>,
  late: string,
): Promise<T> {
  const done = new AbortController()
  const limit = platform.sleep(ms, done.signal).then(() => {
    throw new HomingError('TIMEOUT', `${late} for ${ms} ms`)
  })
  try {
    return await Promise.race([work, limit])
  } finally {
    done.abort()
  }
}

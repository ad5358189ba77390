import { HomingError } from '@homing/protocol'

import { tokenTimeout } from '../config.ts'
import type { DeliveryPlatform } from '../ports.ts'
import { within } from '../within.ts'
import type { SignUrls } from './url-signer.ts'

/** Signs by asking the app. @throws (each call) HomingError UNAUTHORIZED when its hook fails, or does not answer in time. */
export function appSigner(platform: Pick<DeliveryPlatform, 'sleep'>, signUrls: SignUrls): SignUrls {
  return async (places) => {
    try {
      return await within(platform, tokenTimeout, signUrls(places), 'signUrls() did not answer')
    } catch (cause) {
      throw new HomingError('UNAUTHORIZED', 'signUrls() of this app failed.', { cause })
    }
  }
}

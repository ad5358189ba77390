import { windowsOf } from '@homing/pipeline'
import type { Manifest } from '@homing/protocol'

import type { Serving } from '../../host-api.ts'

/** What a page needs to call a version. */
export function servingOf({ engine, signature, pipeline, guards, next }: Manifest): Serving {
  return {
    engine,
    signature,
    windows: pipeline ? windowsOf(pipeline) : [],
    ...(next ? { next } : {}),
    ...(guards ? { guards: guards.fallback ? { fallback: guards.fallback } : {} } : {}),
  }
}

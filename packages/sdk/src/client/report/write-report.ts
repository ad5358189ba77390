import type { Report, ReportedCall } from '@homing/protocol'

import type { ModelStatus } from '../api.ts'
import { sdkVersion } from '../config.ts'
import type { BlackBox, LoggedCall } from './black-box.ts'
import { reportedValues } from './kept-values.ts'

/** Everything that is known of a page's models and of their latest calls, as JSON. */
export async function writeReport(
  app: string,
  statuses: readonly ModelStatus[],
  blackBox: BlackBox,
): Promise<Report> {
  const { calls, dropped } = blackBox.calls()
  const { userAgent, hardwareConcurrency, deviceMemory } = navigator as Navigator & {
    readonly deviceMemory?: number
  }
  return {
    format: 1,
    created: Date.now(),
    app,
    sdk: sdkVersion,
    browser: {
      agent: userAgent,
      isolated: globalThis.crossOriginIsolated,
      cores: hardwareConcurrency,
      ...(deviceMemory === undefined ? {} : { memory: deviceMemory }),
    },
    models: statuses.map(({ card: _, ...status }) => status),
    calls: await Promise.all(calls.map(reported)),
    dropped,
  }
}

async function reported({ began: _, kept, ...call }: LoggedCall): Promise<ReportedCall> {
  return kept ? { ...call, ...reportedValues(await kept) } : call
}

import { maxReportedCalls, type Report, type ReportedCall } from '@homing/protocol'

import { sdkVersion } from '../config.ts'
import type { HostApi } from '../host-api.ts'
import type { ModelStatus } from '../status-api.ts'
import type { BlackBox } from './black-box.ts'
import { reportedCall } from './reported-call.ts'

/** Everything that is known of a page's models and of their latest calls, those of earlier visits too, as JSON. */
export async function writeReport(
  app: string,
  statuses: readonly ModelStatus[],
  blackBox: BlackBox,
  { page, host }: { readonly page: string; readonly host: () => Promise<Pick<HostApi, 'keptCalls'>> },
): Promise<Report> {
  /** Of other pages: this one has its own at hand. */
  const callsBefore = async (model: string): Promise<ReportedCall[]> => {
    const kept = await host()
      .then((running) => running.keptCalls(model))
      .catch(() => []) // a broken store has none
    return kept.filter((each) => each.page !== page).flatMap((each) => each.calls)
  }
  const { calls, dropped } = blackBox.calls()
  const own = await Promise.all(calls.map((call) => reportedCall(call, statuses)))
  const earlier = (await Promise.all(statuses.map(({ model }) => callsBefore(model)))).flat()
  earlier.sort((a, b) => a.time - b.time)
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
    calls: [...earlier, ...own].slice(-maxReportedCalls),
    dropped,
  }
}

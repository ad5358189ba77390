import type { GroupKey, VersionFacts } from '../../telemetry/recorder.ts'
import { present } from '../present.ts'
import type { ModelStatus } from '../status-api.ts'
import { groupKey } from './call-facts.ts'

/** Facts of a version that has come to serve. */
export function versionFacts(status: ModelStatus, slice: GroupKey['slice']): VersionFacts | undefined {
  const key = groupKey(status, slice)
  if (!key) return undefined
  const { fetch = 0, verify = 0, start = 0, load = 0, firstRun = 0 } = status.timings
  const { probe, fallbacks, storage } = status
  return {
    ...key,
    counts: {
      loads: 1,
      activations: 1,
      ...(fallbacks.length > 0 ? { backendFallbacks: fallbacks.length } : {}),
    },
    load: start + load + firstRun,
    activation: fetch + verify + start + load + firstRun,
    storage: storage.usage / 2 ** 20,
    ...present({ probes: probe && !probe.remembered ? { passed: probe.cases, failed: 0 } : undefined }),
  }
}

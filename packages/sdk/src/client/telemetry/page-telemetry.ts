import type { TelemetryBatch } from '@homing/protocol'

import type { CallFacts, FeedbackFacts, VersionFacts } from '../../telemetry/recorder.ts'
import type { ModelStatus } from '../api.ts'
import type { HostApi } from '../host-api.ts'
import type { TelemetryLevel, TelemetryOptions, TelemetryStatus } from '../telemetry-api.ts'
import { callFacts, type EndedCall } from './call-facts.ts'
import { maxUntold, tellInterval } from './config.ts'
import type { TelemetryHost } from './telemetry-host.ts'
import { versionFacts } from './version-facts.ts'

/** What a page's telemetry works with. */
export interface PageTelemetryDeps {
  readonly host: () => Promise<HostApi>
}

/** Telemetry of a page: it gathers facts and tells them to the host, off the way of calls. */
export interface PageTelemetry {
  ended(call: EndedCall): void
  loaded(status: ModelStatus): void
  feedback(model: string, id: string, facts: FeedbackFacts): Promise<boolean>
  track(goal: string, value: number, of?: { readonly model: string; readonly id: string }): Promise<boolean>
  consent(level: TelemetryLevel): Promise<TelemetryStatus>
  preview(): Promise<TelemetryBatch[]>
  status(): Promise<TelemetryStatus>
  close(): Promise<void>
}

export function createPageTelemetry(
  { slices }: TelemetryOptions,
  { host }: PageTelemetryDeps,
): PageTelemetry {
  let calls: CallFacts[] = []
  let versions: VersionFacts[] = []
  let timer: ReturnType<typeof setTimeout> | undefined

  const ask = async <K extends keyof TelemetryHost>(
    name: K,
    ...given: Parameters<TelemetryHost[K]>
  ): Promise<Awaited<ReturnType<TelemetryHost[K]>>> => (await host()).telemetry(name, ...given)

  const tell = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    if (calls.length === 0 && versions.length === 0) return
    const facts = { calls, versions }
    calls = []
    versions = []
    await ask('tell', facts)
  }
  const tellSoon = (): void => {
    if (calls.length >= maxUntold) void tell().catch(() => undefined)
    timer ??= setTimeout(() => void tell().catch(() => undefined), tellInterval) // a dead host has lost them
  }
  /** After what was told before. */
  const after = async <K extends keyof TelemetryHost>(
    name: K,
    ...given: Parameters<TelemetryHost[K]>
  ): Promise<Awaited<ReturnType<TelemetryHost[K]>>> => {
    await tell()
    return ask(name, ...given)
  }
  const onHidden = (): void => {
    if (document.visibilityState === 'hidden') void after('hide').catch(() => undefined)
  }
  document.addEventListener('visibilitychange', onHidden)

  return {
    ended(call) {
      const facts = callFacts(call, slices)
      if (facts && calls.push(facts)) tellSoon()
    },
    loaded(status) {
      const facts = versionFacts(status, slices)
      if (facts && versions.push(facts)) tellSoon()
    },
    feedback: (model, id, facts) => after('feedback', model, id, facts),
    track: (goal, value, of) => after('track', goal, value, of),
    consent: (level) => after('consent', level),
    preview: () => after('preview'),
    status: () => after('status'),
    async close() {
      document.removeEventListener('visibilitychange', onHidden)
      await tell().catch(() => undefined)
    },
  }
}

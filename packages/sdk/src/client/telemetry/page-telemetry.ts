import type { CallFacts, VersionFacts } from '../../telemetry/recorder.ts'
import type { HostApi } from '../host-api.ts'
import type { ModelStatus } from '../status-api.ts'
import type { TelemetryOptions } from '../telemetry-api.ts'
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
  /** Calls the host, after what was told before. */
  ask<K extends keyof TelemetryHost>(
    name: K,
    ...given: Parameters<TelemetryHost[K]>
  ): Promise<Awaited<ReturnType<TelemetryHost[K]>>>
  close(): Promise<void>
}

export function createPageTelemetry(
  { slices }: TelemetryOptions,
  { host }: PageTelemetryDeps,
): PageTelemetry {
  let calls: CallFacts[] = []
  let versions: VersionFacts[] = []
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Whether the host was called: else there is nothing that it could save or send. */
  let used = false

  const tell = async (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    if (calls.length === 0 && versions.length === 0) return
    const facts = { calls, versions }
    calls = []
    versions = []
    used = true
    await (await host()).telemetry('tell', facts)
  }
  const tellNow = (): void => void tell().catch(() => undefined) // a dead host has lost them
  const tellSoon = (): void => {
    if (calls.length >= maxUntold) tellNow()
    else timer ??= setTimeout(tellNow, tellInterval)
  }
  const ask = async <K extends keyof TelemetryHost>(
    name: K,
    ...given: Parameters<TelemetryHost[K]>
  ): Promise<Awaited<ReturnType<TelemetryHost[K]>>> => {
    await tell()
    used = true
    return (await host()).telemetry(name, ...given)
  }
  /** Only hastens: nothing depends on whether anybody hears of it. */
  const onChange = (): void => {
    if (used || timer !== undefined)
      void ask(document.visibilityState === 'hidden' ? 'hide' : 'hasten').catch(() => undefined)
  }
  document.addEventListener('visibilitychange', onChange)
  addEventListener('online', onChange)

  return {
    ask,
    ended(call) {
      const facts = callFacts(call, slices)
      if (facts && calls.push(facts)) tellSoon()
    },
    loaded(status) {
      const facts = versionFacts(status, slices)
      if (facts && versions.push(facts)) tellSoon()
    },
    async close() {
      document.removeEventListener('visibilitychange', onChange)
      removeEventListener('online', onChange)
      if (used || timer !== undefined) await ask('close').catch(() => undefined) // a dead host has saved what it could
    },
  }
}

import { HomingError } from '@homing/protocol'

import type { Prediction } from '../api.ts'
import type { WatchedCall } from '../report/black-box.ts'
import type { ModelStatus } from '../status-api.ts'
import type { Telemetry, TelemetryOptions } from '../telemetry-api.ts'
import type { PageTelemetry, PageTelemetryDeps } from './page-telemetry.ts'

/** Telemetry as far as it is part of every page: what it does is loaded once something is to be told. */
export interface LazyTelemetry extends Telemetry {
  page(): Promise<PageTelemetry>
  /** Notes how a call ends, and gives what it gives. */
  watch(about: WatchedCall, call: Promise<Prediction>): Promise<Prediction>
  loaded(status: ModelStatus): void
  close(): Promise<void>
}

export function lazyTelemetry(options: TelemetryOptions | undefined, deps: PageTelemetryDeps): LazyTelemetry {
  let loading: Promise<PageTelemetry> | undefined
  const page = async (): Promise<PageTelemetry> => {
    if (!options) throw new HomingError('CONFIG_INVALID', 'createClient was given no `telemetry`.')
    return (loading ??= import('./page-telemetry.ts').then((module) =>
      module.createPageTelemetry(options, deps),
    ))
  }
  const soon = (tell: (page: PageTelemetry) => void): void => {
    page().then(tell, () => undefined) // a page that is gone loads no module
  }
  return {
    page,
    watch(about, call) {
      if (!options) return call
      const began = performance.now()
      const end = (result: { readonly reply?: Prediction; readonly error?: unknown }): void => {
        const latency = performance.now() - began
        soon(({ ended }) => ended({ about, latency, ...result }))
      }
      call.then(
        (reply) => end({ reply }),
        (error: unknown) => end({ error }),
      )
      return call
    },
    loaded(status) {
      if (options) soon(({ loaded }) => loaded(status))
    },
    consent: async (level) => (await page()).ask('consent', level),
    withdraw: async () => (await page()).ask('consent', 'off'),
    preview: async () => (await page()).ask('preview'),
    status: async () => (await page()).ask('status'),
    close: async () => (await loading?.catch(() => undefined))?.close(),
  }
}

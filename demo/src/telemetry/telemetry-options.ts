import type { TelemetryOptions } from '@homing/sdk'

/** Where the page's own server takes telemetry. */
const path = '/v1/telemetry'

/** How this page is measured: with the key of `?app-key=` in its address, else the one that it was built with; without one not. */
export function telemetryOptions(
  address: string,
  builtIn: string | undefined,
): { readonly telemetry?: TelemetryOptions } {
  const key = new URL(address).searchParams.get('app-key') ?? builtIn
  return key ? { telemetry: { url: new URL(path, address), key, interval: 10_000 } } : {}
}

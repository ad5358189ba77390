import { HomingError, isEngineName, isModelName, maxReportedCalls } from '@homing/protocol'

import type { LibraryConfig } from '../libraries/library-config.ts'
import { defaultHangLimit, defaultIdleLimit, defaultPollInterval, defaultProbeInterval } from './config.ts'
import type { HostConfig } from './host-api.ts'
import type { ClientOptions } from './options-api.ts'
import { present } from './present.ts'
import { readRoot } from './read-root.ts'

/** Set by the Vite plugin: where it put the engines' files. */
declare const __HOMING_ASSET_BASE__: string | undefined

/** The options as the workers take them: absolute and complete. */
export interface ResolvedOptions {
  readonly host: HostConfig
  readonly runtime: LibraryConfig
}

/** @throws HomingError CONFIG_INVALID naming the option. */
export function resolveOptions(options: ClientOptions): ResolvedOptions {
  if (typeof options !== 'object' || (options as unknown) === null)
    refuse('createClient needs an object of options')
  const { app, threads, pollInterval = defaultPollInterval, storage = 'persistent', storageBudget } = options
  const { hangLimit = defaultHangLimit, probeInterval = defaultProbeInterval } = options
  const { memoryBudget, idleLimit = defaultIdleLimit, getToken, signUrls, remote } = options
  const { calls = 0, inputs = 'none' } = options.blackBox ?? {}
  const { metered = 'allow' } = options.downloads ?? {}
  if (typeof app !== 'string' || app === '') refuse('`app` must be the name of the app')
  if (options.server !== undefined) absolute(options.server, 'server')
  if (options.telemetry) absolute(options.telemetry.url, 'telemetry.url')
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1))
    refuse('`threads` must be a whole number, 1 or more')
  amounts({ storageBudget, memoryBudget }, 'bytes, 0 or more')
  amounts({ pollInterval, probeInterval }, 'milliseconds, 0 or more')
  amounts({ idleLimit, hangLimit }, 'milliseconds, more than 0', Number.MIN_VALUE)
  if (pollInterval === Infinity) refuse('`pollInterval` must be milliseconds, 0 or more')
  oneOf(storage, 'storage', ['persistent', 'encrypted', 'memory'])
  oneOf(metered, 'downloads.metered', ['allow', 'pause'])
  oneOf(inputs, 'blackBox.inputs', ['none', 'failed', 'all'])
  if (!(Number.isInteger(calls) && calls >= 0 && calls <= maxReportedCalls))
    refuse(`\`blackBox.calls\` must be a whole number from 0 to ${maxReportedCalls}`)
  for (const [name, make] of Object.entries(options.engines ?? {})) {
    if (!isEngineName(name)) refuse(`\`engines\` names "${name}", which is no name of an engine`)
    if (typeof make !== 'function') refuse(`\`engines.${name}\` must be a function that makes a worker`)
  }
  for (const [name, call] of Object.entries({ getToken, remote }))
    if (call !== undefined && typeof call !== 'function') refuse(`\`${name}\` must be a function`)
  const assetBase =
    options.assetBase ?? (typeof __HOMING_ASSET_BASE__ === 'string' ? __HOMING_ASSET_BASE__ : undefined)
  return {
    host: {
      repository: folder(options.repository, 'repository'),
      root: readRoot(options.root),
      storage,
      pollInterval,
      probeInterval,
      hangLimit,
      idleLimit,
      ...present({ storageBudget, memoryBudget }),
      pausesOnMetered: metered === 'pause',
      bundled: bundles(options.bundled === undefined ? {} : options.bundled),
      hasTokens: getToken !== undefined,
      ...present({ signing: signUrls === undefined ? undefined : signing(options) }),
    },
    runtime: present({
      assetBase: assetBase === undefined ? undefined : folder(assetBase, 'assetBase'),
      threads,
    }),
  }
}

function oneOf(value: string, option: string, names: readonly string[]): void {
  if (names.includes(value)) return
  const quoted = names.map((name) => `"${name}"`)
  const last = quoted.pop()!
  refuse(`\`${option}\` must be ${quoted.join(', ')} or ${last}`)
}

function amounts(options: Readonly<Record<string, number | undefined>>, what: string, least = 0): void {
  for (const [name, value = least] of Object.entries(options))
    if (!(value >= least)) refuse(`\`${name}\` must be ${what}`)
}

/** Who signs addresses. */
function signing({ signUrls, server, getToken }: ClientOptions): { readonly server?: string } {
  if (typeof signUrls === 'function') return {}
  if (signUrls !== 'server') refuse('`signUrls` must be "server" or a function')
  if (server === undefined || getToken === undefined)
    refuse('`signUrls: "server"` needs `server`, and `getToken` to show it a token')
  return { server: folder(server, 'server') }
}

function bundles(bundled: unknown): Record<string, string> {
  if (typeof bundled !== 'object' || bundled === null) refuse('`bundled` must be URLs by the names of models')
  return Object.fromEntries(
    Object.entries(bundled as Record<string, string | URL>).map(([model, url]) => {
      if (!isModelName(model)) refuse(`\`bundled\` names "${String(model)}", which is no name of a model`)
      return [model, folder(url, `bundled.${model}`)]
    }),
  )
}

function folder(url: string | URL, option: string): string {
  const href = absolute(url, option)
  return href.endsWith('/') ? href : `${href}/`
}

function absolute(url: string | URL, option: string): string {
  if (typeof url !== 'string' && !(url instanceof URL)) refuse(`\`${option}\` must be a URL`)
  try {
    return new URL(url, document.baseURI).href
  } catch (cause) {
    throw new HomingError('CONFIG_INVALID', `\`${option}\` is not a URL: ${String(url)}`, { cause })
  }
}

function refuse(problem: string): never {
  throw new HomingError('CONFIG_INVALID', `${problem}.`)
}

import { HomingError, isEngineName, isModelName, maxReportedCalls } from '@homing/protocol'

import type { LibraryConfig } from '../libraries/library-config.ts'
import type { ClientOptions } from './api.ts'
import { defaultHangLimit, defaultIdleLimit, defaultPollInterval, defaultProbeInterval } from './config.ts'
import type { HostConfig } from './host-api.ts'
import { readRoot } from './read-root.ts'
import { updatePolicies } from './update-policy.ts'

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
  if (typeof app !== 'string' || app === '') refuse('`app` must be the name of the app')
  if (options.server !== undefined) absolute(options.server, 'server')
  if (!Number.isFinite(pollInterval) || pollInterval < 0)
    refuse('`pollInterval` must be milliseconds, 0 or more')
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1))
    refuse('`threads` must be a whole number, 1 or more')
  if (!['persistent', 'encrypted', 'memory'].includes(storage))
    refuse('`storage` must be "persistent", "encrypted" or "memory"')
  if (storageBudget !== undefined && !(storageBudget >= 0)) refuse('`storageBudget` must be bytes, 0 or more')
  const { memoryBudget, idleLimit = defaultIdleLimit } = options
  if (memoryBudget !== undefined && !(memoryBudget >= 0)) refuse('`memoryBudget` must be bytes, 0 or more')
  if (!(idleLimit > 0)) refuse('`idleLimit` must be milliseconds, more than 0')
  if (!(probeInterval >= 0)) refuse('`probeInterval` must be milliseconds, 0 or more')
  if (!(hangLimit > 0)) refuse('`hangLimit` must be milliseconds, more than 0')
  for (const [name, make] of Object.entries(options.engines ?? {})) {
    if (!isEngineName(name)) refuse(`\`engines\` names "${name}", which is no name of an engine`)
    if (typeof make !== 'function') refuse(`\`engines.${name}\` must be a function that makes a worker`)
  }
  if (options.getToken !== undefined && typeof options.getToken !== 'function')
    refuse('`getToken` must be a function')
  if (options.remote !== undefined && typeof options.remote !== 'function')
    refuse('`remote` must be a function')
  const metered: unknown = options.downloads?.metered
  if (metered !== undefined && metered !== 'allow' && metered !== 'pause')
    refuse('`downloads.metered` must be "allow" or "pause"')
  const { calls = 0, inputs = 'none' } = options.blackBox ?? {}
  if (!(Number.isInteger(calls) && calls >= 0 && calls <= maxReportedCalls))
    refuse(`\`blackBox.calls\` must be a whole number from 0 to ${maxReportedCalls}`)
  if (!['none', 'failed', 'all'].includes(inputs))
    refuse('`blackBox.inputs` must be "none", "failed" or "all"')
  const assetBase =
    options.assetBase ?? (typeof __HOMING_ASSET_BASE__ === 'string' ? __HOMING_ASSET_BASE__ : undefined)
  return {
    host: {
      repository: folder(options.repository, 'repository'),
      root: readRoot(options.root),
      storage,
      pollInterval,
      probeInterval,
      ...(storageBudget === undefined ? {} : { storageBudget }),
      hangLimit,
      idleLimit,
      ...(memoryBudget === undefined ? {} : { memoryBudget }),
      pausesOnMetered: options.downloads?.metered === 'pause',
      bundled: bundles(options.bundled === undefined ? {} : options.bundled),
      hasTokens: options.getToken !== undefined,
    },
    runtime: {
      ...(assetBase === undefined ? {} : { assetBase: folder(assetBase, 'assetBase') }),
      ...(threads === undefined ? {} : { threads }),
    },
  }
}

/** @throws HomingError CONFIG_INVALID for what is no update policy. */
export function checkUpdates(updates: unknown): void {
  if (updates === undefined || (updatePolicies as readonly unknown[]).includes(updates)) return
  const names = updatePolicies.map((name) => `"${name}"`).join(', ')
  refuse(`\`updates\` must be one of ${names}, not ${JSON.stringify(updates)}`)
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

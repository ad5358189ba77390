import { parseArgs } from 'node:util'

import { HomingError } from '@homing/protocol'

import { minLifetimeMs } from './config.ts'
import type { OnlineKeySource } from './metadata/open-online-keys.ts'
import type { ServerOptions } from './options.ts'
import { type Setting, type SettingName, settings } from './settings.ts'

/** What `homing-server` runs with. */
export interface ServerSettings {
  readonly host: string
  readonly port: number
  readonly closeMs: number
  readonly logLevel: string
  /** Without a token: make one. */
  readonly dev: boolean
  readonly server: Omit<ServerOptions, 'logger' | 'now' | 'adminToken'> & { readonly adminToken?: string }
}

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']
const entries = Object.entries(settings) as [SettingName, Setting][]

/**
 * Settings out of flags, environment and defaults, in this order. An empty variable counts as unset.
 * @throws HomingError CONFIG_INVALID naming the variable, never with the value of the token.
 */
export function readSettings(args: readonly string[], environment: NodeJS.ProcessEnv): ServerSettings {
  const flags = readFlags(args)
  const optional = (name: SettingName): string | undefined =>
    flags[name] ?? (environment[name] || (settings[name] as Setting).fallback)
  const text = (name: SettingName): string => optional(name) ?? refuse(name, 'is missing')
  const whole = (name: SettingName, least: number, most = Number.MAX_SAFE_INTEGER): number => {
    const value = text(name)
    const number = /^\d{1,16}$/.test(value) ? Number(value) : NaN
    return number >= least && number <= most
      ? number
      : refuse(name, `is "${value}", not a whole number from ${least} to ${most}`)
  }
  const choice = (name: SettingName, values: readonly string[]): string => {
    const value = text(name)
    return values.includes(value) ? value : refuse(name, `is "${value}", not one of ${values.join(', ')}`)
  }

  const dev = choice('HOMING_DEV', ['0', '1']) === '1'
  const [adminToken, webFolder, origins] = [
    optional('HOMING_ADMIN_TOKEN'),
    optional('HOMING_WEB'),
    optional('HOMING_ORIGINS'),
  ]
  const urlSecret = optional('HOMING_URL_SECRET')
  if (adminToken === undefined && !dev) refuse('HOMING_ADMIN_TOKEN', 'is missing (HOMING_DEV=1 makes one)')
  return {
    host: text('HOMING_HOST'),
    port: whole('HOMING_PORT', 0, 65_535),
    closeMs: whole('HOMING_CLOSE_MS', 1),
    logLevel: choice('HOMING_LOG_LEVEL', logLevels),
    dev,
    server: {
      dataFolder: text('HOMING_DATA'),
      ...(adminToken === undefined ? {} : { adminToken }),
      ...(webFolder === undefined ? {} : { webFolder }),
      ...onlineKey(optional),
      lifetimes: {
        timestampMs: whole('HOMING_TIMESTAMP_MS', minLifetimeMs),
        snapshotMs: whole('HOMING_SNAPSHOT_MS', minLifetimeMs),
        rolloutsMs: whole('HOMING_ROLLOUTS_MS', minLifetimeMs),
      },
      ...readTokens(
        optional('HOMING_TOKEN_KEYS'),
        optional('HOMING_TOKEN_AUDIENCE'),
        optional('HOMING_TOKEN_ISSUER'),
      ),
      ...(urlSecret === undefined ? {} : { urlSecret }),
      cohort: {
        ...(optional('HOMING_COHORT') !== undefined
          ? { marks: whole('HOMING_COHORT', 1) }
          : dev
            ? { marks: 1 }
            : {}),
        days: whole('HOMING_COHORT_DAYS', 1),
      },
      writeOrigins: origins?.split(',').map((origin) => origin.trim()) ?? [],
      limits: {
        blobBytes: whole('HOMING_MAX_BLOB_BYTES', 1),
        manifestBytes: whole('HOMING_MAX_MANIFEST_BYTES', 1),
        uploadIdleMs: whole('HOMING_UPLOAD_IDLE_MS', 1),
        requestMs: whole('HOMING_REQUEST_MS', 1),
        staleUploadMs: whole('HOMING_STALE_UPLOAD_MS', 1),
        writesPerMinute: whole('HOMING_WRITES_PER_MINUTE', 1),
        queriesPerMinute: whole('HOMING_QUERIES_PER_MINUTE', 1),
        patchDelayMs: whole('HOMING_PATCH_DELAY_MS', 1),
        telemetryPerMinute: whole('HOMING_BATCHES_PER_MINUTE', 1),
        telemetryPerAddress: whole('HOMING_BATCHES_PER_ADDRESS', 1),
        telemetryQueue: whole('HOMING_BATCH_QUEUE', 1),
        telemetryBacklog: whole('HOMING_BATCH_BACKLOG', 1),
        telemetryPredictions: whole('HOMING_GROUP_PREDICTIONS', 1),
        telemetryIdHours: whole('HOMING_BATCH_ID_HOURS', 1),
        telemetryBodyHours: whole('HOMING_BATCH_HOURS', 1),
        telemetryHourlyHours: whole('HOMING_HOURLY_HOURS', 1),
        telemetryKeptHours: whole('HOMING_ROLLUP_HOURS', 1),
      },
    },
  }
}

/** How tokens are proved; nothing where no keys are set. */
function readTokens(file?: string, audience?: string, issuer?: string): Pick<ServerOptions, 'tokens'> {
  if (file === undefined) {
    if (audience !== undefined || issuer !== undefined) refuse('HOMING_TOKEN_KEYS', 'is missing')
    return {}
  }
  if (audience === undefined)
    refuse('HOMING_TOKEN_AUDIENCE', 'is missing, so tokens made for others would pass')
  return { tokens: { keys: file, audience, ...(issuer === undefined ? {} : { issuer }) } }
}

/** Where the online key lies; nothing for the data folder. */
function onlineKey(optional: (name: SettingName) => string | undefined): {
  readonly onlineKey?: OnlineKeySource
} {
  const pem = optional('HOMING_ONLINE_KEY')
  const publicKey = optional('HOMING_ONLINE_PUBLIC_KEY')
  const [program, ...args] = optional('HOMING_ONLINE_COMMAND')?.trim().split(/\s+/) ?? []
  if (!program) return pem === undefined ? {} : { onlineKey: { pem } }
  if (publicKey === undefined) return refuse('HOMING_ONLINE_PUBLIC_KEY', 'is missing beside the command')
  return { onlineKey: { pem, command: { run: [program, ...args], publicKey } } }
}

/** The values of the flags given, by the name of their variable. */
function readFlags(args: readonly string[]): Partial<Record<SettingName, string>> {
  const flagged = entries.flatMap(([name, { flag }]) => (flag === undefined ? [] : [{ name, flag }]))
  try {
    const options = Object.fromEntries(flagged.map(({ flag }) => [flag, { type: 'string' as const }]))
    const { values } = parseArgs({ args: [...args], options, strict: true })
    return Object.fromEntries(flagged.map(({ name, flag }) => [name, values[flag]]))
  } catch (cause) {
    throw new HomingError('CONFIG_INVALID', cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

function refuse(name: SettingName, problem: string): never {
  const { flag } = settings[name] as Setting
  throw new HomingError('CONFIG_INVALID', `${name}${flag === undefined ? '' : ` (or --${flag})`} ${problem}.`)
}

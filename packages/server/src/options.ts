import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'

import { HomingError } from '@homing/protocol'
import type { FastifyBaseLogger } from 'fastify'

import {
  type Cohort,
  defaultCohort,
  defaultLifetimes,
  defaultLimits,
  type Lifetimes,
  type Limits,
  minLifetimeMs,
  minSecretBytes,
  minTokenLength,
} from './config.ts'
import type { OnlineKeySource } from './metadata/open-online-keys.ts'

/** What `createServer` takes. */
export interface ServerOptions {
  /** Folder of the database and the published files; made when missing. */
  readonly dataFolder: string
  /** Whoever has it may publish. At least 16 characters, none of them white space. */
  readonly adminToken: string
  /** Origins whose pages may write, such as `https://admin.example.org`. Default: none. Every origin may read. */
  readonly writeOrigins?: readonly string[]
  /** What proves who may read private models. Default: nothing does, but the admin token. */
  readonly tokens?: TokenOptions
  /** Signs addresses that can be read without a token; at least 32 bytes. Default: none are. */
  readonly urlSecret?: string
  /** Where the key that signs snapshot, timestamp and rollouts lies. Default: in the data folder, made at first start. */
  readonly onlineKey?: OnlineKeySource
  /** How long what it signs is good. Default: `defaultLifetimes` of `config.ts`. */
  readonly lifetimes?: Partial<Lifetimes>
  /** How many `first` marks a figure of telemetry needs, from how many days. Default: `defaultCohort` of `config.ts`. */
  readonly cohort?: Partial<Cohort>
  /** A folder with `index.html` to serve at `/`. Default: none. */
  readonly webFolder?: string
  /** Default: `defaultLimits` of `config.ts`. */
  readonly limits?: Partial<Limits>
  /** A pino logger. Default: nothing is logged. */
  readonly logger?: FastifyBaseLogger
  /** Clock of publications. Default: the machine's. */
  readonly now?: () => Date
}

/** How the tokens of users are proved. */
export interface TokenOptions {
  /**
   * A JWK set: keys of HS256, EdDSA or ES256, each with its `alg`; several have a `kid` each. Or the path of a file that
   * holds one, which is read again when it changes.
   */
  readonly keys: unknown
  /** Milliseconds for which a look at that file is good. Default: a second. */
  readonly lookMs?: number
  /** What their claim `aud` must name. */
  readonly audience: string
  /** What their claim `iss` must be. Default: anything. */
  readonly issuer?: string
}

/** Checked options with every place and default filled in. */
export interface SettledOptions {
  readonly databaseFile: string
  /** What a static host would serve. */
  readonly repositoryFolder: string
  /** Uploads under way; on the same file system. */
  readonly incomingFolder: string
  /** The server's own private keys. */
  readonly keyFolder: string
  readonly onlineKey: OnlineKeySource
  /** What the processes that share the folder take turns by. */
  readonly lockFile: string
  /** The same, for making patches. */
  readonly patchLockFile: string
  readonly lifetimes: Lifetimes
  readonly cohort: Cohort
  readonly adminToken: string
  readonly writeOrigins: readonly string[]
  readonly tokens: TokenOptions | undefined
  readonly urlSecret: string | undefined
  readonly webFolder: string | undefined
  readonly limits: Limits
  readonly now: () => Date
}

/** @throws HomingError CONFIG_INVALID naming the first option that is missing or malformed. */
export function settle(options: ServerOptions): SettledOptions {
  const { dataFolder, adminToken, writeOrigins = [], tokens, urlSecret, webFolder } = options
  if (!dataFolder) refuse('dataFolder is empty')
  if (typeof adminToken !== 'string' || adminToken.length < minTokenLength || /\s/.test(adminToken)) {
    refuse(`adminToken needs at least ${minTokenLength} characters and no white space`)
  }
  for (const origin of writeOrigins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      refuse(`writeOrigins: "${origin}" is no origin; one looks like https://admin.example.org`)
    }
  }
  if (tokens !== undefined && !tokens.audience) refuse('tokens.audience is empty')
  if (urlSecret !== undefined && Buffer.byteLength(urlSecret) < minSecretBytes)
    refuse(`urlSecret needs at least ${minSecretBytes} bytes`)
  if (webFolder !== undefined && !existsSync(join(webFolder, 'index.html'))) {
    refuse(`webFolder has no index.html: ${webFolder}`)
  }
  const limits = { ...defaultLimits, ...options.limits }
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isSafeInteger(value) || value < 1) refuse(`limits.${name} is not a whole number above zero`)
  }
  const lifetimes = { ...defaultLifetimes, ...options.lifetimes }
  for (const [name, value] of Object.entries(lifetimes)) {
    if (!Number.isSafeInteger(value) || value < minLifetimeMs)
      refuse(`lifetimes.${name} is not a whole number of milliseconds from ${minLifetimeMs}`)
  }
  const cohort = { ...defaultCohort, ...options.cohort }
  for (const [name, value] of Object.entries(cohort)) {
    if (!Number.isSafeInteger(value) || value < 1) refuse(`cohort.${name} is not a whole number above zero`)
  }
  const data = resolve(dataFolder)
  return {
    databaseFile: join(data, 'homing.sqlite'),
    repositoryFolder: join(data, 'repository'),
    incomingFolder: join(data, 'incoming'),
    keyFolder: join(data, 'online-keys'),
    onlineKey: options.onlineKey ?? {},
    lockFile: join(data, 'signing.lock'),
    patchLockFile: join(data, 'patches.lock'),
    lifetimes,
    cohort,
    adminToken,
    writeOrigins,
    tokens,
    urlSecret,
    webFolder: webFolder === undefined ? undefined : resolve(webFolder),
    limits,
    now: options.now ?? (() => new Date()),
  }
}

function refuse(problem: string): never {
  throw new HomingError('CONFIG_INVALID', `The server cannot start: ${problem}.`)
}

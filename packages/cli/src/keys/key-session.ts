import { HomingError } from '@homing/protocol'
import type { KeyType } from '@homing/tuf/repository'

import { type ApiClient, apiClient, type ServerOptions } from '../publish/api-client.ts'
import { retryBaseMs, retryMaxMs } from '../config.ts'
import { pauseFor } from '../publish/pause-for.ts'
import { defaultKeys, trustedRoot } from './key-files.ts'
import { type KeyOptions, keyRing, type RingKey } from './key-ring.ts'

/** What every command about keys works with. */
export interface KeySessionOptions extends ServerOptions, KeyOptions {
  /** File of the root that this machine trusts, if not `root.json` beside the keys. */
  readonly root?: string | undefined
  /** Kind of new keys. Default: Ed25519. */
  readonly type?: KeyType | undefined
  /** Milliseconds since the epoch. */
  readonly now?: () => number
}

/** Options with their defaults, and what they lead to. */
export interface KeySession {
  readonly api: ApiClient
  readonly folder: string
  readonly type: KeyType
  readonly now: () => number
  /** Waits before a change is made again, longer after each attempt. */
  pause(attempt: number): Promise<void>
  /** Reads the keys at hand anew. */
  ring(): Promise<RingKey[]>
  /** The root that this machine trusts. @throws HomingError CONFIG_INVALID when there is none. */
  trusted(): Promise<Uint8Array<ArrayBuffer>>
}

/** Fills in the defaults. */
export function keySession(options: KeySessionOptions): KeySession {
  const { keys: folder = defaultKeys, environment = process.env, type = 'ed25519', now = Date.now } = options
  return {
    api: apiClient(options),
    folder,
    type,
    now,
    pause: (attempt) => {
      const wait = options.wait ?? pauseFor
      return wait(
        Math.min(retryBaseMs * attempt, retryMaxMs) * (options.random ?? Math.random)(),
        options.signal,
      )
    },
    ring: () => keyRing({ keys: folder, environment }),
    async trusted() {
      const root = await trustedRoot(folder, options.root ?? (environment['HOMING_ROOT'] || undefined))
      if (root) return root
      throw new HomingError(
        'CONFIG_INVALID',
        `This machine trusts no root yet: there is no ${folder}/root.json. Copy it from the folder of keys of the machine where these were made, or name it with --root or HOMING_ROOT. On a new server, run "homing keys init".`,
      )
    },
  }
}

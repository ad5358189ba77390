import { readFile, stat } from 'node:fs/promises'

import { HomingError } from '@homing/protocol'
import type { FastifyBaseLogger } from 'fastify'

import { readTokenKeys, type TokenKey } from './token-keys.ts'

/** The keys that are good now. */
export type CurrentKeys = () => Promise<readonly TokenKey[]>

/** What is read again and again. */
export interface KeyFile {
  readonly file: string
  /** Milliseconds for which a look at the file is good. */
  readonly lookMs: number
  readonly log: FastifyBaseLogger
}

/**
 * The keys in a file, which is read again once it is another: keys are rotated without a restart. What is there and
 * cannot be read is logged, and the keys before it stay good.
 * @throws HomingError CONFIG_INVALID when it cannot be read at first; no error shows a key.
 */
export async function freshTokenKeys({ file, lookMs, log }: KeyFile): Promise<CurrentKeys> {
  let seen = await stampOf(file)
  let keys = await readKeys(file)
  let looked = performance.now()
  let looking: Promise<void> | undefined

  const look = async (): Promise<void> => {
    try {
      const stamp = await stampOf(file)
      if (stamp === seen) return
      keys = await readKeys(file)
      seen = stamp // after what was read: what came between is found by the next look
      log.info({ file, keys: keys.map(({ id }) => id) }, 'read the keys of tokens again')
    } catch (err) {
      log.error({ err }, 'the keys of tokens could not be read again; the ones before stay good')
    } finally {
      looked = performance.now()
      looking = undefined
    }
  }
  return async () => {
    if (performance.now() - looked >= lookMs) await (looking ??= look())
    return keys
  }
}

async function readKeys(file: string): Promise<TokenKey[]> {
  let set: unknown
  try {
    set = JSON.parse(await readFile(file, 'utf8'))
  } catch {
    throw new HomingError(
      'CONFIG_INVALID',
      `The token keys in "${file}" cannot be read, or are no JSON.`, // no cause: it may show a key
    )
  }
  return readTokenKeys(set)
}

/** What tells one state of a file from the next, also where a link leads to another, as mounted secrets are swapped. */
async function stampOf(file: string): Promise<string | undefined> {
  const found = await stat(file, { bigint: true }).catch(() => undefined)
  return found && [found.ino, found.size, found.mtimeNs].join()
}

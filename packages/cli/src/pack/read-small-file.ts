import { readFile, stat } from 'node:fs/promises'

import { type ErrorCode, HomingError } from '@homing/protocol'

/** A whole file of at most `limit` bytes. @throws HomingError with `code` when it is missing, no file, or larger. */
export async function readSmallFile(
  path: string,
  limit: number,
  code: ErrorCode,
  what: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const unreadable = (cause: unknown): never => {
    throw new HomingError(code, `${what} cannot be read`, { cause })
  }
  const found = await stat(path).catch(unreadable)
  if (!found.isFile()) throw new HomingError(code, `${what} is not a file`)
  if (found.size > limit)
    throw new HomingError(code, `${what} has ${found.size} bytes; at most ${limit} are read`)
  return new Uint8Array(await readFile(path).catch(unreadable))
}

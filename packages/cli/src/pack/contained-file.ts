import { constants } from 'node:fs'
import { type FileHandle, open, realpath } from 'node:fs/promises'
import { isAbsolute, join, normalize, sep, win32 } from 'node:path'

import { type ErrorCode, HomingError } from '@homing/protocol'

/** A file that stays open while its ranges are read. */
export interface RangedFile {
  readonly size: number
  /** Fills `target` with the bytes from `position` on. */
  readonly read: (target: Uint8Array, position: number) => Promise<void>
  readonly close: () => Promise<void>
}

/** No link that came in the meantime is followed, and a pipe does not wait for its writer. */
const openFlags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK

/**
 * Opens the file that a model names as `location`, which must lie in `folder`: a relative name without `..`, and no
 * link on the way, so that a downloaded model cannot have files of this machine packed and published.
 * @throws HomingError with `code` when the name leads out, or the file is missing or is not a plain one
 */
export async function openContained(folder: string, location: string, code: ErrorCode): Promise<RangedFile> {
  const refuse = (problem: string, cause?: unknown): never => {
    throw new HomingError(code, `The model names the file "${location}", which ${problem}`, {
      details: { location },
      ...(cause === undefined ? {} : { cause }),
    })
  }
  if (location === '' || location.includes('\0')) refuse('is no file name')
  if (isAbsolute(location) || win32.isAbsolute(location) || /^[a-z]:/i.test(location)) refuse('is absolute')
  if (location.split(/[\\/]/).includes('..')) refuse('leads out of the folder of the model')

  const root = await realpath(folder)
  const expected = join(root, normalize(location))
  if (!expected.startsWith(root.endsWith(sep) ? root : root + sep))
    refuse('leads out of the folder of the model')
  const actual = await realpath(expected).catch((cause: unknown) => refuse('is missing', cause))
  if (actual !== expected) refuse('is a link, or lies behind one')
  const file = await open(actual, openFlags).catch((cause: unknown) => refuse('cannot be opened', cause))
  const found = await file.stat()
  if (!found.isFile()) {
    await file.close()
    refuse('is not a plain file')
  }
  return {
    size: found.size,
    read: (target, position) =>
      fill(file, target, position, () => refuse('became shorter while it was read')),
    close: () => file.close(),
  }
}

async function fill(
  file: FileHandle,
  target: Uint8Array,
  position: number,
  short: () => never,
): Promise<void> {
  let done = 0
  while (done < target.byteLength) {
    const { bytesRead } = await file.read(target, done, target.byteLength - done, position + done)
    if (bytesRead === 0) short()
    done += bytesRead
  }
}

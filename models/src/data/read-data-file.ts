import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'

import { HomingError } from '@homing/protocol'

const inflate = promisify(gunzip)

/**
 * The bytes of `file` in the data folder, unpacked when its name ends in `.gz`.
 * @throws HomingError DATA_INVALID, saying which file is missing or damaged, and where it was looked for.
 */
export async function readDataFile(folder: string, file: string): Promise<Uint8Array> {
  const path = join(folder, file)
  const details = { folder, file }
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new HomingError(
      'DATA_INVALID',
      `The data file ${file} is missing from ${folder}; pass its folder with --data`,
      { cause, details },
    )
  })
  if (!file.endsWith('.gz')) return bytes
  return inflate(bytes).catch((cause: unknown) => {
    throw new HomingError('DATA_INVALID', `The data file ${file} is damaged: it cannot be unpacked`, {
      cause,
      details,
    })
  })
}

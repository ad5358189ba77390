import { open, readFile, stat } from 'node:fs/promises'

import { HomingError } from '@homing/protocol'

import type { Signer } from '../signer.ts'
import { signerOfPem } from './private-key.ts'

/** Reading and writing by the owner alone. */
const keyFileMode = 0o600

/**
 * A signer over the private key in a file.
 * @throws HomingError KEY_INVALID when others than its owner may read the file, or it holds no private key; KEY_MISSING
 *   when there is none.
 */
export async function readKeyFile(path: string): Promise<Signer> {
  const { mode } = await stat(path).catch((cause: unknown) => {
    throw new HomingError('KEY_MISSING', `There is no key at ${path}`, { cause })
  })
  // Windows has no such modes; access lists guard files there.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0)
    throw new HomingError(
      'KEY_INVALID',
      `Others may read the private key ${path} (mode ${(mode & 0o777).toString(8)}). Run "chmod 600 ${path}", and replace the key if they had.`,
    )
  const pem = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HomingError('KEY_INVALID', `The private key ${path} cannot be read`, { cause })
  })
  try {
    return signerOfPem(pem)
  } catch (error) {
    throw new HomingError('KEY_INVALID', `${path}: ${HomingError.from(error).message}`)
  }
}

/**
 * Writes a private key where no file is yet, readable by its owner alone, and makes sure that it is on the disk.
 * @throws HomingError KEY_INVALID when there is a file already.
 */
export async function writeKeyFile(path: string, pem: string): Promise<void> {
  const file = await open(path, 'wx', keyFileMode).catch((cause: unknown) => {
    throw new HomingError('KEY_INVALID', `The private key ${path} cannot be written`, { cause })
  })
  try {
    await file.chmod(keyFileMode) // whatever the umask
    await file.writeFile(pem)
    await file.sync()
  } finally {
    await file.close()
  }
}

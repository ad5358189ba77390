import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { HomingError } from '@homing/protocol'
import { generatePrivateKey, type KeyType, signerOfPem, writeKeyFile } from '@homing/tuf/repository'

import type { RingKey } from './key-ring.ts'

/** Folder of keys unless told otherwise. */
export const defaultKeys = 'homing-keys'

/** Makes a key for a role and writes it to the folder, readable by its owner alone. */
export async function createKey(folder: string, role: string, type: KeyType): Promise<RingKey> {
  await makeKeyFolder(folder)
  const pem = generatePrivateKey(type)
  const signer = signerOfPem(pem)
  const source = join(folder, `${role}-${signer.keyId.slice(0, 8)}.pem`)
  await writeKeyFile(source, pem)
  return { role, source, signer }
}

/** Makes the folder, closed to others. */
export async function makeKeyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: unknown) => {
    throw new HomingError('CONFIG_INVALID', `The folder of keys ${folder} cannot be made`, { cause })
  })
}

/**
 * The root that this machine trusts: the file that was named, else `root.json` beside the keys; undefined when there is
 * none beside them.
 * @throws HomingError CONFIG_INVALID when the named file cannot be read.
 */
export async function trustedRoot(
  folder: string,
  named: string | undefined,
): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const path = named ?? join(folder, 'root.json')
  try {
    return new Uint8Array(await readFile(path))
  } catch (cause) {
    if (named === undefined && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new HomingError('CONFIG_INVALID', `The trusted root ${path} cannot be read`, { cause })
  }
}

/** Keeps the newest document that this machine trusts beside the keys, whole or not at all. */
export async function keepDocument(
  folder: string,
  role: 'root' | 'targets',
  bytes: Uint8Array,
): Promise<void> {
  const temporary = join(folder, `${role}.${randomUUID()}.tmp`)
  await writeFile(temporary, bytes)
  await rename(temporary, join(folder, `${role}.json`))
}

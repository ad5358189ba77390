import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { HomingError, parseJsonBytes, parseWith } from '@homing/protocol'
import { commandSigner, publicKeyOfPem, readKeyFile, type Signer, signerOfPem } from '@homing/tuf/repository'
import * as v from 'valibot'

/** Where signing keys are looked for. */
export interface KeyOptions {
  /** Folder of key files. */
  readonly keys?: string | undefined
  /** Variables of the environment: HOMING_SIGNING_KEY, HOMING_SIGNING_COMMAND and HOMING_SIGNING_PUBLIC_KEY. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined
}

/** A key at hand. */
export interface RingKey {
  /** The role that its file is named after: `publisher-1a2b3c4d.pem`; empty when it comes from the environment. */
  readonly role: string
  /** Where it was found. */
  readonly source: string
  readonly signer: Signer
}

/** A key that a program holds: its public half in PEM, and the program with its arguments. */
const CommandKeySchema = v.object({
  publicKey: v.string(),
  command: v.tupleWithRest([v.string()], v.string()),
})

/**
 * All keys at hand: `*.pem` and `*.command.json` in the folder, and those of the environment. Which of them sign is said
 * by the metadata. A folder that is not there holds none.
 * @throws HomingError KEY_INVALID when one is malformed, or others may read its file.
 */
export async function keyRing({ keys, environment = {} }: KeyOptions): Promise<RingKey[]> {
  return [...(keys === undefined ? [] : await folderKeys(keys)), ...environmentKeys(environment)]
}

async function folderKeys(folder: string): Promise<RingKey[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new HomingError('CONFIG_INVALID', `The folder of keys ${folder} cannot be read`, { cause })
  })
  const found: RingKey[] = []
  for (const name of names.sort()) {
    const path = join(folder, name)
    const role = /^[a-z]+/.exec(basename(name))?.[0] ?? ''
    if (name.endsWith('.pem')) found.push({ role, source: path, signer: await readKeyFile(path) })
    if (name.endsWith('.command.json')) found.push({ role, source: path, signer: await commandKey(path) })
  }
  return found
}

async function commandKey(path: string): Promise<Signer> {
  const json = parseJsonBytes(await readFile(path), 'KEY_INVALID', path)
  const { publicKey, command } = parseWith(CommandKeySchema, json, 'KEY_INVALID', path)
  return commandSigner(publicKeyOfPem(publicKey), command)
}

function environmentKeys(environment: NonNullable<KeyOptions['environment']>): RingKey[] {
  const [pem, command, publicKey] = ['KEY', 'COMMAND', 'PUBLIC_KEY'].map(
    (name) => environment[`HOMING_SIGNING_${name}`] || undefined,
  )
  const found: RingKey[] = []
  if (pem !== undefined) {
    const blocks = pem.match(/-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g) ?? [pem]
    for (const block of blocks) found.push(fromEnvironment('HOMING_SIGNING_KEY', signerOfPem(block)))
  }
  if (command !== undefined) {
    const [program, ...args] = command.trim().split(/\s+/)
    if (!program || publicKey === undefined)
      throw new HomingError('KEY_INVALID', 'HOMING_SIGNING_COMMAND needs HOMING_SIGNING_PUBLIC_KEY beside it')
    found.push(
      fromEnvironment('HOMING_SIGNING_COMMAND', commandSigner(publicKeyOfPem(publicKey), [program, ...args])),
    )
  }
  return found
}

function fromEnvironment(source: string, signer: Signer): RingKey {
  return { role: '', source, signer }
}

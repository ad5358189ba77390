import { HomingError } from '@homing/protocol'
import { commandSigner, publicKeyOfPem, type Signer, signerOfPem } from '@homing/tuf/repository'

import type { ProcessLock } from '../repositories/process-lock.ts'
import type { KeyFolder } from './key-folder.ts'
import type { OnlineKeys } from './online-keys.ts'

/** Where the online key lies, if not in the data folder. The first that is given is the newest. */
export interface OnlineKeySource {
  /** A program, its arguments, and the public key in PEM: it gets bytes on its input and prints their signature. */
  readonly command?: { readonly run: readonly [string, ...string[]]; readonly publicKey: string } | undefined
  /** One private key in PEM or several, the newest first. */
  readonly pem?: string | undefined
}

/**
 * The keys of `source`, then those in `folder`; where there is none at all, one is made there.
 * @throws HomingError KEY_INVALID, whose message shows no key.
 */
export async function openOnlineKeys(
  { command, pem }: OnlineKeySource,
  folder: KeyFolder,
  lock: ProcessLock,
): Promise<OnlineKeys> {
  const given: Signer[] = [
    ...(command ? [commandSigner(publicKeyOfPem(command.publicKey), command.run)] : []),
    ...(pem === undefined ? [] : blocksOf(pem).map(signerOfPem)),
  ]
  if (given.length === 0)
    await lock.hold(async () => {
      if ((await folder.read()).length === 0) await folder.add()
    })
  return {
    async all() {
      const [newest, ...others] = [...given, ...(await folder.read())]
      if (!newest) throw new HomingError('KEY_MISSING', 'The online keys are gone from the data folder.')
      return [newest, ...others]
    },
    async renew() {
      if (given.length === 0) return lock.hold(() => folder.add())
      throw new HomingError(
        'REQUEST_INVALID',
        'The online key comes from the settings of the server: put a new one before it there, and start the server again.',
      )
    },
  }
}

function blocksOf(pem: string): string[] {
  const blocks = pem.match(/-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----/g)
  if (!blocks) throw new HomingError('KEY_INVALID', 'The online key of the settings is no PEM.')
  return blocks
}

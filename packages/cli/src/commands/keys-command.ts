import { type Command, Option } from 'commander'

import { addKey } from '../keys/add-key.ts'
import { delegateFederated } from '../keys/delegate-federated.ts'
import { initKeys } from '../keys/init-keys.ts'
import type { KeyChange } from '../keys/key-change.ts'
import { defaultKeys } from '../keys/key-files.ts'
import type { KeySessionOptions } from '../keys/key-session.ts'
import { offlineRoles } from '../keys/metadata-api.ts'
import { renewMetadata } from '../keys/renew-metadata.ts'
import { revokeKey } from '../keys/revoke-key.ts'
import { rotateKeys } from '../keys/rotate-keys.ts'
import { rotateOnline } from '../keys/rotate-online.ts'
import { describeKeys, shownDigits, showKeys } from '../keys/show-keys.ts'
import type { CommandParts } from './command-parts.ts'
import { integerFlag } from './integer-flag.ts'

interface KeyFlags extends Pick<KeySessionOptions, 'server' | 'token' | 'keys' | 'root'> {
  readonly json?: true
}

/** `homing keys`: who may sign what. */
export function keysCommand(root: Command, { tell, serverCommand, stdout, signal }: CommandParts): void {
  const keys = root.command('keys').description('make, replace and show the keys that sign the repository')
  const command = (usage: string, description: string): Command =>
    keyFlags(serverCommand(usage, description, keys))
  const type = new Option('--type <type>', 'kind of new keys')
    .choices(['ed25519', 'ecdsa', 'rsa'])
    .default('ed25519')
  const threshold = ['--threshold <keys>', 'how many keys must sign from now on', integerFlag] as const
  const tellChange = (json: true | undefined, { signed, made, gone }: KeyChange): void => {
    const keyIds = made.map(({ signer, source }) => ({ keyId: signer.keyId, file: source }))
    tell(json, { signed, made: keyIds, gone }, () => [
      ...signedLines(signed),
      ...keyIds.map(({ keyId, file }) => `new key ${keyId.slice(0, shownDigits)} in ${file}`),
      ...gone.map((keyId) => `${keyId.slice(0, shownDigits)} signs no longer`),
    ])
  }

  const init = command('init', 'make the keys of a new server, and sign its first metadata').addOption(type)
  for (const role of offlineRoles) {
    init.option(`--${role}-keys <count>`, `how many keys ${role} gets (1)`, integerFlag)
    init.option(`--${role}-threshold <keys>`, `how many of them must sign (1)`, integerFlag)
  }
  init.action(async (flags: KeyFlags & Record<string, number | undefined>) => {
    const perRole = (what: string) =>
      Object.fromEntries(offlineRoles.map((role) => [role, flags[`${role}${what}`] ?? 1]))
    const made = await initKeys({
      ...flags,
      signal,
      counts: perRole('Keys'),
      thresholds: perRole('Threshold'),
    })
    const files = offlineRoles.flatMap((role) => made[role].map(({ source }) => ({ role, file: source })))
    tell(flags.json, { keys: files }, () => [
      ...files.map(({ role, file }) => `${role.padEnd(9)}  ${file}`),
      `Keep the keys of root and targets away from machines that serve. Apps bundle ${flags.keys}/root.json.`,
    ])
  })

  command('rotate', 'replace the keys of a role that are at hand by new ones')
    .argument('<role>', `${offlineRoles.join(', ')}, or online: the server's own`)
    .option('--all', 'replace those that are elsewhere, too')
    .option(...threshold)
    .addOption(type)
    .action(async (role: string, flags: KeyFlags & { all?: true; threshold?: number }) => {
      const options = { ...flags, signal }
      tellChange(
        flags.json,
        role === 'online' ? await rotateOnline(options) : await rotateKeys(role, options),
      )
    })

  command('revoke', 'take a key away from every role; one that would have too few gets a new one')
    .argument('<key id>', 'as "homing keys show" prints it, or how it begins')
    .addOption(type)
    .action(async (keyId: string, flags: KeyFlags) => {
      tellChange(flags.json, await revokeKey(keyId, { ...flags, signal }))
    })

  command('add', 'let one more key sign for a role')
    .argument('<role>', offlineRoles.join(', '))
    .option('--public-key <file>', 'a public key in PEM that someone else made; else one is made here')
    .option(...threshold)
    .addOption(type)
    .action(async (role: string, flags: KeyFlags & { publicKey?: string; threshold?: number }) => {
      tellChange(flags.json, await addKey(role, { ...flags, signal }))
    })

  command('renew', 'sign metadata again before it expires')
    .argument('[roles...]', offlineRoles.join(', '), [...offlineRoles])
    .action(async (roles: string[], flags: KeyFlags) => {
      const signed = await renewMetadata(roles, { ...flags, signal })
      tell(flags.json, { signed }, () => signedLines(signed))
    })

  command('delegate', 'let the server sign federated versions of a model')
    .argument('<model>')
    .option('--withdraw', 'take that back')
    .action(async (model: string, flags: KeyFlags & { withdraw?: true }) => {
      const signed = await delegateFederated(model, { ...flags, signal })
      tell(flags.json, { signed }, () => signedLines(signed))
    })

  command('show', 'show whose keys sign which role')
    .option('--root', 'print the newest root, which apps bundle, and nothing else')
    .action(async ({ root: printRoot, ...flags }: Omit<KeyFlags, 'root'> & { root?: true }) => {
      const shown = await showKeys({ ...flags, signal })
      if (printRoot) stdout.write(shown.rootBytes)
      else tell(flags.json, { version: shown.version, roles: shown.roles }, () => describeKeys(shown))
    })
}

/** Flags that say where keys and the trusted root are; `show` prints the root instead of reading one. */
export function keyFlags(command: Command): Command {
  command.addOption(
    new Option('--keys <folder>', 'folder of the keys').env('HOMING_KEYS').default(defaultKeys),
  )
  if (command.name() === 'show') return command
  return command.addOption(
    new Option('--root <file>', 'the root that this machine trusts, if not root.json beside the keys').env(
      'HOMING_ROOT',
    ),
  )
}

function signedLines(signed: readonly string[]): string[] {
  return signed.length === 0 ? ['Nothing to change.'] : [`signed ${signed.join(', ')}`]
}

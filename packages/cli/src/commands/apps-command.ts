import type { AppKey } from '@homing/protocol'
import type { Command } from 'commander'

import { createAppKey, listAppKeys, revokeAppKey } from '../publish/apps.ts'
import type { ServerOptions } from '../publish/api-client.ts'
import { table } from '../table.ts'
import type { CommandParts } from './command-parts.ts'

interface AppFlags extends Pick<ServerOptions, 'server' | 'token'> {
  readonly json?: true
}

/** `homing apps`: who may send telemetry. */
export function appsCommand(root: Command, { tell, serverCommand, signal }: CommandParts): void {
  const apps = root
    .command('apps')
    .description('make, list and revoke the keys with which apps send telemetry')

  serverCommand('create', 'make a key of an app, and show it once', apps)
    .argument('<app>', 'name of the app: lower-case letters, digits and hyphens')
    .requiredOption(
      '--origin <origins...>',
      'origins of its pages as browsers send them: https://shop.example.org, app://shop, null, or * for any',
    )
    .action(async (app: string, { origin, ...flags }: AppFlags & { origin: string[] }) => {
      const made = await createAppKey(app, origin, { ...flags, signal })
      tell(flags.json, made, () => [
        made.key,
        `This key of ${app} (${made.id}) is shown this once. It is no secret.`,
      ])
    })

  serverCommand('list', 'show whose keys there are', apps).action(async (flags: AppFlags) => {
    const keys = await listAppKeys({ ...flags, signal })
    tell(flags.json, { keys }, () =>
      keys.length === 0
        ? ['No app has a key.']
        : table([['APP', 'ID', 'MADE', 'ORIGINS'], ...keys.map(cells)]),
    )
  })

  serverCommand('revoke', 'take nothing more with a key', apps)
    .argument('<id>', 'as "homing apps list" shows it')
    .action(async (id: string, flags: AppFlags) => {
      const revoked = await revokeAppKey(id, { ...flags, signal })
      tell(flags.json, revoked, () => [`${id} of ${revoked.app} is revoked`])
    })
}

function cells({ app, id, origins, createdAt, revokedAt }: AppKey): string[] {
  return [
    app,
    id,
    revokedAt === undefined ? createdAt.slice(0, 10) : `revoked ${revokedAt.slice(0, 10)}`,
    origins.join(' '),
  ]
}

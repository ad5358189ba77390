import { readFile } from 'node:fs/promises'

import { HomingError } from '@homing/protocol'
import { refresh, type RefreshedClient, trustRoot, webFetcher } from '@homing/tuf'
import { Command } from 'commander'

import type { ProgramOptions } from '../program.ts'
import { downloadTarget } from './download-target.ts'
import { folderStore } from './folder-store.ts'

interface Flags {
  readonly metadataDir?: string
  readonly metadataUrl?: string
  readonly targetName?: readonly string[]
  readonly targetBaseUrl?: string
  readonly targetDir?: string
}

/** The `homing-tuf` command: the client of The Update Framework on its own, so that it can be checked from outside. */
export function tufProgram({ stdout, signal }: ProgramOptions): Command {
  const root = new Command('homing-tuf')
    .description('A client of The Update Framework: the same core that the SDK trusts repositories with.')
    .option('--metadata-dir <folder>', 'where trusted metadata is kept')
    .option('--metadata-url <url>', 'folder of the metadata in the repository')
    .option('--target-name <path>', 'path of a target; may be given several times', collect)
    .option('--target-base-url <url>', 'folder of the targets in the repository')
    .option('--target-dir <folder>', 'where targets are written')
  const flag = <K extends keyof Flags>(name: K): NonNullable<Flags[K]> => {
    const value = root.opts<Flags>()[name]
    if (value !== undefined) return value
    throw new HomingError(
      'CONFIG_INVALID',
      `Pass --${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
    )
  }
  const refreshed = (): Promise<RefreshedClient> =>
    refresh({
      metadataUrl: flag('metadataUrl'),
      store: folderStore(flag('metadataDir')),
      fetcher: webFetcher({ fetch, now: () => performance.now() }),
      now: Date.now,
      ...(signal ? { signal } : {}),
    })

  root
    .command('init')
    .description('trust a root; asks the repository for nothing')
    .argument('<trusted root>', 'a root.json')
    .action(async (path: string) => {
      const bytes = new Uint8Array(
        await readFile(path).catch((cause: unknown) => {
          throw new HomingError('CONFIG_INVALID', `The root ${path} cannot be read`, { cause })
        }),
      )
      await trustRoot(bytes, Date.now())
      await folderStore(flag('metadataDir')).write('root', bytes)
    })
  root
    .command('refresh')
    .description('bring the trusted metadata up to date')
    .action(async () => void (await refreshed()))
  root
    .command('download')
    .description('bring the metadata up to date, then download targets; stops at the first failure')
    .action(async () => {
      const [names, targetsUrl, folder] = [flag('targetName'), flag('targetBaseUrl'), flag('targetDir')]
      const client = await refreshed()
      for (const name of names)
        stdout.write(`${await downloadTarget(client, name, { targetsUrl, folder })}\n`)
    })
  return root
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

import { readFile } from 'node:fs/promises'

import { HomingError } from '@homing/protocol'
import { type Command, Option } from 'commander'

import { bundle } from '../bundle/bundle.ts'
import { byteSize } from '../byte-size.ts'
import type { CommandParts } from './command-parts.ts'

interface BundleFlags {
  readonly repository: string
  readonly root: string
  readonly out: string
  readonly token?: string
  readonly json?: true
}

/** `homing bundle`: models that an app ships among its own files. */
export function bundleCommand(
  command: Command,
  { tell, signal }: Pick<CommandParts, 'tell' | 'signal'>,
): void {
  command
    .argument('<models...>', 'models whose champions are copied')
    .requiredOption('--repository <url>', 'published repository: the folder with metadata/')
    .requiredOption('--root <file>', 'the root that the app trusts')
    .requiredOption('--out <folder>', "folder among the app's files")
    .addOption(new Option('--token <token>', 'for private models').env('HOMING_TOKEN'))
    .action(async (models: string[], { repository, root, out, token, json }: BundleFlags) => {
      const bytes = await readFile(root).catch((cause: unknown) => {
        throw new HomingError('CONFIG_INVALID', `The root ${root} cannot be read`, { cause })
      })
      if (!URL.canParse(repository))
        throw new HomingError('CONFIG_INVALID', `--repository is no URL: ${repository}`)
      const bundled = await bundle({ repository, root: new Uint8Array(bytes), models, out, token, signal })
      tell(json, { bundled }, () =>
        bundled.map(({ model, version, bytes }) => `${model} ${version} (${byteSize(bytes)}) is in ${out}`),
      )
    })
}

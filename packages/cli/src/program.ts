import type { ModelAccess, Rollout } from '@homing/protocol'
import { Argument, Command, Option } from 'commander'

import { appsCommand } from './commands/apps-command.ts'
import { bundleCommand } from './commands/bundle-command.ts'
import { describeModels } from './commands/describe-models.ts'
import { keyFlags, keysCommand } from './commands/keys-command.ts'
import { packCommand } from './commands/pack-command.ts'
import { replayCommand } from './commands/replay-command.ts'
import { uploadDisplay } from './commands/upload-display.ts'
import { defaultOut } from './pack/pack.ts'
import { setAccess } from './publish/access.ts'
import { publish } from './publish/publish.ts'
import { rollBack, rollOut, status } from './publish/rollouts.ts'
import { withdraw } from './publish/withdraw.ts'

/** Where the program writes, and what ends it early. */
export interface ProgramOptions {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  readonly signal?: AbortSignal
}

interface ServerFlags {
  readonly server: string
  readonly token?: string
  readonly json?: true
}

interface PublishFlags extends ServerFlags {
  readonly keys: string
  readonly root?: string
  readonly model?: string
  readonly version?: string
  readonly rollout: boolean
}

/** The `homing` command. Its actions throw HomingErrors. */
export function program({ stdout, stderr, signal }: ProgramOptions): Command {
  const root = new Command('homing').description(
    'Packs models, publishes them, and says which version devices get.',
  )
  const tell = (json: true | undefined, value: unknown, lines: () => readonly string[]): void => {
    stdout.write(
      json
        ? `${JSON.stringify(value)}\n`
        : lines()
            .map((line) => `${line}\n`)
            .join(''),
    )
  }
  const command = (usage: string, description: string, parent = root): Command =>
    parent.command(usage).description(description).option('--json', 'print one line of JSON')
  const serverCommand = (usage: string, description: string, parent?: Command): Command =>
    command(usage, description, parent)
      .addOption(
        new Option('--server <url>', 'address of the server').env('HOMING_SERVER').makeOptionMandatory(),
      )
      .addOption(
        new Option(
          '--token <token>',
          'admin token; the environment keeps it out of the list of processes',
        ).env('HOMING_TOKEN'),
      )
  const tellRollout = (
    json: true | undefined,
    { model, champion, challenger, revision, versions }: Rollout,
  ): void => {
    const trial = challenger === undefined ? '' : `, with ${challenger} on trial`
    tell(json, { model, champion, challenger, revision }, () => [
      `${model}: devices get ${champion}${trial} (revision ${revision}, ${versions.length} versions listed)`,
    ])
  }

  packCommand(command('pack', 'take a model apart into a package that can be published'), tell)

  keysCommand(root, { tell, serverCommand, stdout, ...(signal ? { signal } : {}) })

  appsCommand(root, { tell, serverCommand, stdout, ...(signal ? { signal } : {}) })

  bundleCommand(command('bundle', 'copy models out of a repository into the files of an app'), {
    tell,
    ...(signal ? { signal } : {}),
  })

  replayCommand(command('replay', 'run the calls in the report of a page again, and compare'), { tell })

  keyFlags(serverCommand('publish', 'upload a packed folder, sign it, and roll its newest version out'))
    .argument('[folder]', 'folder that "homing pack" wrote', defaultOut)
    .option('--model <name>', 'only this model')
    .option('--version <version>', 'only this version')
    .option('--no-rollout', 'leave what devices get as it is')
    .action(async (folder: string, flags: PublishFlags) => {
      const display = uploadDisplay(stderr)
      try {
        const published = await publish(folder, { ...flags, signal, onProgress: display.show })
        display.close()
        tell(flags.json, { published }, () =>
          published.map(({ model, version, champion, uploadedBlobs }) => {
            const devices = champion === undefined ? 'not rolled out' : `devices get ${champion}`
            return `${model} ${version} is published (${uploadedBlobs} ${uploadedBlobs === 1 ? 'file' : 'files'} uploaded); ${devices}`
          }),
        )
      } finally {
        display.close()
      }
    })

  serverCommand('rollout', 'give devices a version')
    .argument('<model>')
    .argument('<version>', 'the champion')
    .option('--challenger <version>', 'a version on trial')
    .action(async (model: string, version: string, flags: ServerFlags & { challenger?: string }) => {
      tellRollout(flags.json, await rollOut(model, version, { ...flags, signal }))
    })

  serverCommand('rollback', 'give devices the version before the champion')
    .argument('<model>')
    .action(async (model: string, flags: ServerFlags) => {
      tellRollout(flags.json, await rollBack(model, { ...flags, signal }))
    })

  keyFlags(serverCommand('withdraw', 'take a version back: sign that it is none of yours any more'))
    .argument('<model>')
    .argument('<version>', 'one that is neither champion nor on trial')
    .action(async (model: string, version: string, flags: PublishFlags) => {
      await withdraw(model, version, {
        server: flags.server,
        token: flags.token,
        keys: flags.keys,
        root: flags.root,
        signal,
      })
      tell(flags.json, { model, version }, () => [
        `${model} ${version} is withdrawn; no device takes it any more`,
      ])
    })

  serverCommand('access', 'say who may read a model: everyone, or those with a token')
    .argument('<model>')
    .addArgument(new Argument('<access>').choices(['public', 'private']))
    .action(async (model: string, access: ModelAccess, flags: ServerFlags) => {
      const answer = await setAccess(model, access, { ...flags, signal })
      tell(flags.json, { model, access: answer }, () => [`${model} is ${answer}`])
    })

  serverCommand('status', 'show what is published and rolled out')
    .argument('[model]')
    .action(async (model: string | undefined, flags: ServerFlags) => {
      const models = await status({ ...flags, model, signal })
      tell(flags.json, { models }, () => describeModels(models))
    })

  return root
}

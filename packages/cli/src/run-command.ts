import { errorCodes, HomingError } from '@homing/protocol'
import { type Command, CommanderError } from 'commander'

import type { ProgramOptions } from './program.ts'

/** Runs the command line in `args` and gives its exit code: 0, or 1 after an error was printed. */
export async function runCommand(
  root: Command,
  args: readonly string[],
  { stdout, stderr }: ProgramOptions,
): Promise<number> {
  for (const command of withSubcommands(root)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
    })
  }
  try {
    await root.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has printed its own message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1
    const failure = HomingError.from(error)
    stderr.write(args.includes('--json') ? `${JSON.stringify({ error: failure })}\n` : describe(failure))
    return 1
  }
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)]
}

function describe({ code, message }: HomingError): string {
  return `error ${code}: ${printable(message)}\n${errorCodes[code].advice}\n`
}

/** Messages repeat what servers and metadata say, and a terminal obeys control characters. */
function printable(text: string): string {
  return text.replace(/(?!\n)\p{Cc}/gu, '\ufffd')
}

import { errorCodes, HomingError } from '@homing/protocol'
import { CommanderError } from 'commander'

import { program, type ProgramOptions } from './program.ts'

/** Runs the command line in `args` and gives its exit code: 0, or 1 after an error was printed. */
export async function runProgram(args: readonly string[], options: ProgramOptions): Promise<number> {
  const root = program(options)
  for (const command of [root, ...root.commands]) {
    command.exitOverride().configureOutput({
      writeOut: (text) => options.stdout.write(text),
      writeErr: (text) => options.stderr.write(text),
    })
  }
  try {
    await root.parseAsync(args, { from: 'user' })
    return 0
  } catch (error) {
    // Commander has printed its own message, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1
    const failure = HomingError.from(error)
    options.stderr.write(
      args.includes('--json') ? `${JSON.stringify({ error: failure })}\n` : describe(failure),
    )
    return 1
  }
}

function describe({ code, message }: HomingError): string {
  return `error ${code}: ${message}\n${errorCodes[code].advice}\n`
}

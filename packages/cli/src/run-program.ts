import { program, type ProgramOptions } from './program.ts'
import { runCommand } from './run-command.ts'

/** Runs `homing` with the command line in `args` and gives its exit code: 0, or 1 after an error was printed. */
export async function runProgram(args: readonly string[], options: ProgramOptions): Promise<number> {
  return runCommand(program(options), args, options)
}

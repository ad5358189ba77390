import type { ProgramOptions } from './program.ts'

/** Runs this process as a program: its arguments, its streams, its exit code; an interrupt aborts it. */
export async function runProcess(
  run: (args: readonly string[], options: ProgramOptions) => Promise<number>,
): Promise<void> {
  const abort = new AbortController()
  process.once('SIGINT', () => abort.abort())
  const { stdout, stderr } = process
  process.exitCode = await run(process.argv.slice(2), { stdout, stderr, signal: abort.signal })
}

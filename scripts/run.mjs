import { spawn } from 'node:child_process'

/** A command of this repository ended with another status than 0. */
export class CommandFailed extends Error {
  /** @override */
  name = 'CommandFailed'
}

const windows = process.platform === 'win32'

/**
 * Runs a command in the foreground.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeout?: number, quiet?: boolean }} [options]
 *   `timeout` in milliseconds; `quiet` keeps the output and shows it only when the command fails.
 * @returns {Promise<string>} its output when quiet
 * @throws {CommandFailed}
 */
export function run(command, args, { cwd, env = process.env, timeout, quiet = false } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      shell: windows && !command.endsWith('.exe'),
      stdio: ['ignore', quiet ? 'pipe' : 'inherit', quiet ? 'pipe' : 'inherit'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
        output += text
      })
    }
    const timer = timeout && setTimeout(() => child.kill('SIGKILL'), timeout)
    const settle = (/** @type {string} */ problem) => {
      clearTimeout(timer)
      if (!problem) {
        resolve(output)
        return
      }
      if (quiet) process.stdout.write(output)
      reject(new CommandFailed(`\`${[command, ...args].join(' ')}\` ${problem}`))
    }
    child.once('error', (error) => settle(`could not start: ${error.message}`))
    child.once('close', (code, signal) =>
      settle(code === 0 ? '' : signal ? `was ended by ${signal}` : `ended with status ${code}`),
    )
  })
}

/** Runs `main`; a failure is printed in one line and sets the exit status. */
export async function entry(/** @type {() => Promise<void>} */ main) {
  try {
    await main()
  } catch (error) {
    console.error(error instanceof CommandFailed ? `\n${error.message}` : error)
    process.exitCode = 1
  }
}

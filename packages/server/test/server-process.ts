import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

import { onTestFinished } from 'vitest'

import { adminToken } from './fixture.ts'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string
  /** Lines of the log so far. */
  readonly log: () => string
  kill(signal: 'SIGTERM' | 'SIGKILL'): void
  /** Resolves with exit code and signal when the process has ended. */
  readonly ended: Promise<[code: number | null, signal: string | null]>
}

/** Starts `homing-server` from its source and waits until it prints its address. It dies with the test. */
export async function serverProcess(
  dataFolder: string,
  environment: Record<string, string> = {},
): Promise<ServerProcess> {
  const child: ChildProcessByStdio<null, Readable, Readable> = spawn(
    process.execPath,
    ['--conditions=@homing/source', '--import', 'tsx', main],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env['PATH'],
        HOMING_PORT: '0',
        HOMING_DATA: dataFolder,
        HOMING_ADMIN_TOKEN: adminToken,
        ...environment,
      },
    },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  const ended = once(child, 'exit') as Promise<[number | null, string | null]>
  let [output, log] = ['', '']
  child.stderr.on('data', (chunk) => (log += String(chunk)))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      output += String(chunk)
      if (output.includes('\n')) resolve(output.trim())
    })
    void ended.then(() => reject(new Error(`The server ended before it listened: ${log}`)))
  })
  return { url, log: () => log, kill: (signal) => void child.kill(signal), ended }
}

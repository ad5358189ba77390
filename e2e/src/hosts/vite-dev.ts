import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { appEnvironment, examplesFolder } from './examples.ts'

/** A development server. */
export interface DevServer {
  readonly url: string
  stop(): Promise<void>
}

const startTimeout = 60_000

/** Starts the development server of an installed example by its own script. */
export async function startViteDev(name: 'vite-7' | 'vite-8'): Promise<DevServer> {
  const child = spawn('npm', ['run', 'dev', '--', '--host', '127.0.0.1'], {
    cwd: join(examplesFolder, name),
    detached: true, // a process group of its own, to end npm and what it started
    stdio: ['ignore', 'pipe', 'inherit'],
    env: appEnvironment(),
  })
  try {
    return { url: await addressOf(child), stop: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw error
  }
}

/** The address that it prints once it listens. */
async function addressOf(child: ChildProcess): Promise<string> {
  const lines = createInterface(child.stdout!)
  const timer = setTimeout(() => lines.close(), startTimeout)
  try {
    for await (const line of lines) {
      const url = /http:\/\/127\.0\.0\.1:\d+\//.exec(line)?.[0]
      if (url !== undefined) return url
    }
  } finally {
    clearTimeout(timer)
  }
  throw new Error('The development server did not start')
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, 'exit')
  process.kill(-child.pid, 'SIGTERM')
  await gone
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

import { onTestFinished } from 'vitest'

import { initKeys } from '../src/keys/init-keys.ts'
import type { KeySessionOptions } from '../src/keys/key-session.ts'
import { temporaryFolder } from './fixture.ts'

const main = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))

/** Admin token of the servers that tests start. */
export const token = 'a-token-for-tests-alone'

/** The real server in a process of its own, as a user runs it; it ends after the test. */
export async function serverProcess(flags: readonly string[] = []): Promise<string> {
  const data = await temporaryFolder()
  const process_ = spawn(
    process.execPath,
    [
      '--conditions=@homing/source',
      '--import',
      'tsx',
      main,
      '--port',
      '0',
      '--data',
      data,
      '--log-level',
      'error',
      ...flags,
    ],
    { env: { ...process.env, HOMING_ADMIN_TOKEN: token }, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  onTestFinished(async () => {
    process_.kill()
    if (process_.exitCode === null) await once(process_, 'exit')
  })
  const [address] = (await Promise.race([
    once(createInterface(process_.stdout), 'line'),
    once(process_, 'exit').then(() => Promise.reject(new Error('the server ended before it listened'))),
  ])) as [string]
  return address
}

/** The machine of whoever made the keys of a server: what every command there is given. */
export interface Machine extends KeySessionOptions {
  readonly token: string
  readonly keys: string
}

/** A server whose metadata is signed, and the machine that has its keys. */
export async function signedServer(options: Partial<Parameters<typeof initKeys>[0]> = {}): Promise<Machine> {
  const keys = join(await temporaryFolder(), 'keys')
  const machine = { server: await serverProcess(), token, keys, environment: {} }
  await initKeys({ ...machine, ...options })
  return machine
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { CreatedAppKey } from '@homing/protocol'

const token = 'a-token-for-the-bench-alone'

/** The built server in a process of its own. */
export interface TelemetryServer {
  readonly port: number
  readonly pid: number
  /** Processor time that it took so far, in milliseconds; NaN where the system does not tell. */
  cpuMs(): number
  kill(signal: 'SIGKILL' | 'SIGTERM'): Promise<void>
  /** Makes a key of an app. */
  newKey(): Promise<string>
  /** Predictions in the rollups, by version of the model. */
  predictions(): Promise<Map<string, number>>
}

/** Starts it on the data in `data`, with no limit that a load from one address would meet; `under` may trace it. */
export async function startTelemetryServer(
  root: string,
  data: string,
  under: readonly string[] = [],
): Promise<TelemetryServer> {
  const main = join(root, 'packages', 'server', 'dist', 'main.js')
  const flags = ['--port', '0', '--data', data, '--log-level', 'error', '--cohort', '1']
  const limits = ['--batches-per-minute', '100000000', '--batches-per-address', '100000000']
  const [command, ...args] = [...under, process.execPath, main, ...flags, ...limits] as [string, ...string[]]
  const child = spawn(command, args, {
    env: { ...process.env, HOMING_ADMIN_TOKEN: token },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const [line] = (await Promise.race([
    once(child.stdout, 'data'),
    ended.then(() => Promise.reject(new Error('the server ended before it listened'))),
  ])) as [Buffer]
  const url = line.toString().trim()
  const ask = async (path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!answer.ok) throw new Error(`${path} was answered with ${answer.status}`)
    return answer.json()
  }
  return {
    port: Number(new URL(url).port),
    pid: child.pid!,
    cpuMs: () => cpuMs(child.pid!),
    async kill(signal) {
      child.kill(signal)
      await ended
    },
    newKey: async () => ((await ask('/v1/apps', { app: 'bench', origins: ['*'] })) as CreatedAppKey).key,
    async predictions() {
      const { figures } = (await ask('/v1/telemetry/rollups?app=bench')) as Figures
      return new Map(figures.map(({ version, body }) => [version, body.counts['predictions'] ?? 0]))
    },
  }
}

/** Clock ticks of Linux in a second. */
const ticks = 100

function cpuMs(pid: number): number {
  try {
    const [user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ').slice(13, 15).map(Number)
    return ((user! + system!) * 1000) / ticks
  } catch {
    return NaN
  }
}

interface Figures {
  readonly figures: readonly { version: string; body: { counts: Record<string, number> } }[]
}

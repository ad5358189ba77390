import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import type { Row, SuiteContext } from '../harness/row.ts'
import { openLoad } from './load.ts'
import { predictions, sampleBatch } from './sample-batches.ts'
import { startTelemetryServer, type TelemetryServer } from './telemetry-server.ts'

const kills = 100
const connections = 16
const longestRunMs = 400
const settleMs = 30_000

/** Tells of system calls, where it is installed. */
const tracer = 'strace'

/** What is lost and what is counted twice where the server is killed at random under load, and clients send again. */
export async function kills100({ root, scratch, say }: SuiteContext): Promise<Row[]> {
  say(`Killing the server ${kills} times under load …`)
  const data = await mkdtemp(join(scratch, 'kills-'))
  const expected = new Map<string, number>()
  let unanswered: Buffer[] = []
  let key = ''
  for (let round = 0; round <= kills; round++) {
    const server = await startTelemetryServer(root, data)
    if (round === 0) key = await server.newKey()
    const load = await openLoad(server.port, key, connections)
    const again = unanswered.splice(0)
    const version = `1.0.${round}`
    let stopped = round === kills // the last one only takes what is left
    const timer = setTimeout(
      () => void server.kill('SIGKILL'),
      stopped ? 2 ** 30 : longestRunMs * Math.random(),
    )
    const failed: Buffer[] = []
    const line = async (connection: number): Promise<void> => {
      for (;;) {
        const old = again.pop()
        if (!old && stopped) return
        const body = old ?? newBatch(version, expected)
        const { status } = await load.send(connection, body)
        if (status === 202) continue
        failed.push(body)
        if (status === 0) {
          stopped = true
          failed.push(...again.splice(0))
          return
        }
      }
    }
    await Promise.all(Array.from({ length: connections }, (_, i) => line(i)))
    clearTimeout(timer)
    unanswered = failed
    load.close()
    if (round < kills) await server.kill('SIGKILL')
    else {
      const [lost, duplicated] = await compare(server, expected)
      await server.kill('SIGTERM')
      const sent = [...expected.values()].reduce((sum, n) => sum + n, 0)
      const note = `kill -9 up to ${longestRunMs} ms into a load of ${connections} connections, ${sent} batches; what was not answered is sent again, as devices do; predictions in the rollups of each of ${kills} versions against those sent; ${await syncs({ root, scratch })}`
      return [row('kill-lost', lost, note), row('kill-duplicated', duplicated, note)]
    }
  }
  throw new Error('unreachable')
}

function newBatch(version: string, expected: Map<string, number>): Buffer {
  const batch = sampleBatch('events')
  delete batch.events
  expected.set(version, (expected.get(version) ?? 0) + 1)
  return gzipSync(JSON.stringify({ ...batch, groups: batch.groups.map((group) => ({ ...group, version })) }))
}

/** Batches too few and too many, summed over versions, once the rollups rest. */
async function compare(
  server: TelemetryServer,
  expected: ReadonlyMap<string, number>,
): Promise<[number, number]> {
  for (let waited = 0; ; waited += 500) {
    const counted = await server.predictions()
    let [lost, duplicated] = [0, 0]
    for (const [version, batches] of expected) {
      const found = (counted.get(version) ?? 0) / predictions
      lost += Math.max(0, batches - found)
      duplicated += Math.max(0, found - batches)
    }
    if (lost === 0 || waited >= settleMs) return [lost, duplicated]
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** Whether acknowledgements follow a sync of the disk, by strace: kill -9 cannot show a missing one. */
async function syncs({ root, scratch }: Pick<SuiteContext, 'root' | 'scratch'>): Promise<string> {
  try {
    execFileSync(tracer, ['-V'], { stdio: 'ignore' })
  } catch {
    return 'syncs were not counted: strace is not here'
  }
  const log = join(scratch, 'syncs')
  const data = await mkdtemp(join(scratch, 'syncs-'))
  const trace = [tracer, '-f', '-qq', '-e', 'trace=fsync,fdatasync', '-o', log]
  const server = await startTelemetryServer(root, data, trace)
  const count = async (): Promise<number> =>
    (await readFile(log, 'utf8')).split('\n').filter((text) => /= 0$/.test(text)).length
  const key = await server.newKey()
  const one = await openLoad(server.port, key, 1)
  const before = await count()
  let synced = 0
  let last = before
  const alone = 20
  for (let i = 0; i < alone; i++) {
    await one.send(0, newBatch('1.0.0', new Map()))
    const now = await count()
    if (now > last) synced += 1
    last = now
  }
  const many = await openLoad(server.port, key, 32)
  await Promise.all(Array.from({ length: 32 }, (_, i) => many.send(i, newBatch('1.0.0', new Map()))))
  const together = (await count()) - last
  one.close()
  many.close()
  process.kill(Number(execFileSync('pgrep', ['-P', String(server.pid)], { encoding: 'utf8' })), 'SIGKILL')
  await server.kill('SIGKILL')
  return `strace: ${synced} of ${alone} batches sent alone were synced before their answer, and 32 sent at once with ${together} syncs`
}

function row(id: string, ours: number, note: string): Row {
  return { id, unit: `batches over ${kills} kills`, ours, target: '<= 0', peers: {}, samples: kills, note }
}

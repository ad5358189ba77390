import { randomBytes } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import type { Row, SuiteContext } from '../harness/row.ts'
import { openLoad } from './load.ts'
import { sampleBatch } from './sample-batches.ts'
import { startTelemetryServer } from './telemetry-server.ts'

const bodies = 100_000
const connections = 32
const templates = 40
const values = [
  'null',
  '-1',
  '1e999',
  '""',
  '[]',
  '{}',
  'true',
  '1.5',
  '1e15',
  '"\\u0000"',
  '"__proto__"',
  '[[[[]]]]',
]

/** Bodies that are nearly batches: which answers are the server's own fault. */
export async function fuzz({ root, scratch, say }: SuiteContext): Promise<Row[]> {
  say(`Sending ${bodies} damaged bodies …`)
  const texts = Array.from({ length: templates }, (_, i) => {
    const batch = sampleBatch(i % 4 === 0 ? 'events' : 'aggregate')
    batch.events?.splice(3)
    return JSON.stringify(batch)
  })
  const server = await startTelemetryServer(root, await mkdtemp(join(scratch, 'fuzz-')))
  const load = await openLoad(server.port, await server.newKey(), connections)
  const statuses = new Map<number, number>()
  let left = bodies
  const line = async (connection: number): Promise<void> => {
    while (left-- > 0) {
      const { status } = await load.send(connection, damaged(texts[left % templates]!))
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
      if (status === 0) return
    }
  }
  await Promise.all(Array.from({ length: connections }, (_, i) => line(i)))
  load.close()
  await server.kill('SIGTERM')
  const faults = [...statuses].filter(([status]) => status === 0 || (status >= 500 && status !== 503))
  const ours = faults.reduce((sum, [, count]) => sum + count, 0)
  const told = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${count} of ${status}`)
  const note = `batches with one to three values, bytes or lengths changed, before or after gzip; answers: ${told.join(', ')}`
  return [{ id: 'fuzz-5xx', unit: 'responses', ours, target: '<= 0', peers: {}, samples: bodies, note }]
}

function damaged(text: string): Buffer {
  let changed = text.replace(/"id":"[^"]*"/, `"id":"${randomBytes(16).toString('base64url')}"`)
  const kind = Math.random()
  for (let times = Math.ceil(3 * Math.random()); times > 0; times--) {
    const at = Math.floor(changed.length * Math.random())
    if (kind < 0.6) {
      const from = changed.indexOf(':', at) + 1
      const rest = changed.slice(from)
      changed = changed.slice(0, from) + rest.replace(/^[^,}\]]+/, values[at % values.length]!)
    } else if (kind < 0.8) changed = changed.slice(0, at) + changed.slice(at + Math.ceil(9 * Math.random()))
  }
  const gzip = gzipSync(changed, { level: 1 })
  if (kind < 0.9) return gzip
  gzip[Math.floor(gzip.length * Math.random())]! ^= 1 << Math.floor(8 * Math.random())
  return kind < 0.95 ? gzip : gzip.subarray(0, Math.floor(gzip.length * Math.random()))
}

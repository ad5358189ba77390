import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'

import type { Row, SuiteContext } from '../harness/row.ts'
import { quantile, round } from '../harness/statistics.ts'
import { openLoad } from './load.ts'
import { type BatchKind, predictions, sampleBatches } from './sample-batches.ts'
import { startTelemetryServer } from './telemetry-server.ts'

const connections = 64
const seconds = 12
const mostBatches = 36_000

/** How many batches are taken a second, how long each takes, and what is left to be folded: for both kinds of batches. */
export async function ingest(context: SuiteContext): Promise<Row[]> {
  const measured = []
  for (const kind of ['aggregate', 'events'] as const) measured.push(await measure(kind, context))
  const note = `${measured.map(inWords).join('; ')}; ${connections} connections from the bench's own process, every id new, folding on`
  const [slower, ...others] = measured.toSorted((a, b) => a.rate - b.rate)
  const late = Math.max(slower!.p99, ...others.map(({ p99 }) => p99))
  const samples = measured.reduce((sum, { taken }) => sum + taken, 0)
  return [
    row('ingest-rate', 'batches/s', slower!.rate, '>= 2000', samples, `the slower kind counts; ${note}`),
    row(
      'ingest-p99',
      'ms',
      late,
      '<= 100',
      samples,
      `the later kind counts, from request to answer; ${note}`,
    ),
  ]
}

interface Measured {
  readonly kind: BatchKind
  readonly taken: number
  readonly refused: number
  readonly rate: number
  readonly p99: number
  /** Processor time of the server for a batch, in microseconds: what load beside it does not change. */
  readonly cpuUs: number
  /** Batches that are not folded halfway, and at the end; and how long it took until none was. */
  readonly backlogs: readonly [number, number]
  readonly drainMs: number
}

async function measure(kind: BatchKind, { root, scratch, say }: SuiteContext): Promise<Measured> {
  say(`Making ${kind} batches …`)
  const bodies = sampleBatches(kind, mostBatches)
  say(`Sending ${kind} batches …`)
  const server = await startTelemetryServer(root, await mkdtemp(join(scratch, 'ingest-')))
  const load = await openLoad(server.port, await server.newKey(), connections)
  const times: number[] = []
  let [next, refused, taken] = [0, 0, 0]
  const unfolded = async (): Promise<number> =>
    taken - [...(await server.predictions()).values()].reduce((sum, n) => sum + n, 0) / predictions
  try {
    const cpuBefore = server.cpuMs()
    const start = performance.now()
    const end = start + seconds * 1000
    const halfway = new Promise<number>((resolve, reject) =>
      setTimeout(() => void unfolded().then(resolve, reject), (seconds * 1000) / 2),
    )
    const line = async (connection: number): Promise<void> => {
      while (performance.now() < end && next < bodies.length) {
        const { status, ms } = await load.send(connection, bodies[next++]!)
        times.push(ms)
        if (status === 202) taken += 1
        else refused += 1
      }
    }
    await Promise.all(Array.from({ length: connections }, (_, i) => line(i)))
    const stopped = performance.now()
    const backlogs = [await halfway, await unfolded()] as const
    while ((await unfolded()) > 0) await new Promise((resolve) => setTimeout(resolve, 100))
    const cpuUs = ((server.cpuMs() - cpuBefore) * 1000) / taken
    const rate = taken / ((stopped - start) / 1000)
    return {
      kind,
      taken,
      refused,
      rate,
      p99: quantile(times, 0.99),
      cpuUs,
      backlogs,
      drainMs: performance.now() - stopped,
    }
  } finally {
    load.close()
    await server.kill('SIGTERM')
  }
}

function inWords({ kind, rate, p99, cpuUs, refused, backlogs, drainMs }: Measured): string {
  return (
    `${kind}: ${round(rate)} batches/s, p99 ${round(p99)} ms, ${round(cpuUs)} microseconds of the server's processor for a batch, ${refused} refused, unfolded ${backlogs[0]} after ${seconds / 2} s ` +
    `and ${backlogs[1]} after ${seconds} s (in place of 1 and 10 minutes), all folded ${round(drainMs)} ms later`
  )
}

function row(id: string, unit: string, ours: number, target: string, samples: number, note: string): Row {
  return { id, unit, ours, target, peers: {}, samples, note }
}

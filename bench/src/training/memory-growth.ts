import { fork } from 'node:child_process'
import { once } from 'node:events'

import { type Row, unmeasured } from '../harness/row.ts'
import { quantile } from '../harness/statistics.ts'

/** What the long run tells: bytes of resident memory, at each of some steps before the early and the late one. */
export interface LongRun {
  readonly early: readonly number[]
  readonly late: readonly number[]
  readonly steps: readonly [number, number]
  readonly batch: number
}

const row = { id: 'memory-growth', unit: 'ratio after 5,000 steps', target: '<= 1.05' } as const
const megabyte = 1e6

/** How much the process that holds the engine grows while the SDK's trainer trains a version of digits, a new batch each step. */
export async function memoryGrowth(repository: string, version: string): Promise<Row> {
  const child = fork(new URL('./long-run.ts', import.meta.url), [repository, 'digits', version])
  const ended = once(child, 'exit') as Promise<[number | null]>
  const told = await Promise.race([once(child, 'message') as Promise<[LongRun]>, ended])
  await ended
  const [run] = told
  if (run === null || typeof run === 'number')
    return unmeasured(row, `the long run ended with status ${run ?? 'of a signal'}`)
  const [before, after] = [quantile(run.early, 0.5), quantile(run.late, 0.5)]
  const inMegabytes = (bytes: number) => `${Math.round(bytes / megabyte)} MB`
  return {
    ...row,
    ours: after / before,
    peers: {},
    samples: run.late.length,
    note:
      `digits ${version}, batch ${run.batch}, the SDK's trainer in Node ${process.versions.node}, wasm; resident memory of a process that does ` +
      `nothing else, medians at step ${run.steps[0]} and ${run.steps[1]}: ${inMegabytes(before)}, ${inMegabytes(after)}`,
  }
}

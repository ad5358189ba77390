import type { RunLog } from '../report/run-log.ts'

/** Times in milliseconds. */
export interface Clock {
  /** Since 1970. */
  readonly now: () => number
  /** Processor time that this process has used: what a run costs, also on a machine that does other work. */
  readonly cpu: () => number
}

/** Starts to time a run; the function that it gives tells what the run's log says of it. */
export function startStopwatch({ now, cpu }: Clock): () => Pick<RunLog, 'date' | 'seconds' | 'cpuSeconds'> {
  const [began, cpuBegan] = [now(), cpu()]
  return () => ({
    date: new Date(began).toISOString(),
    seconds: Math.round((now() - began) / 1000),
    cpuSeconds: Math.round((cpu() - cpuBegan) / 1000),
  })
}

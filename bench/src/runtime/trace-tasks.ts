/** An event of a trace of Chromium, as far as it is read here (the Trace Event Format); times are microseconds. */
export interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  /** Of `dur`, what the thread had a core for. */
  readonly tdur?: number
  readonly args?: { readonly name?: string }
}

/** Names under which Chromium traces one task of a thread, over the years. */
const taskNames: ReadonlySet<string> = new Set(['ThreadControllerImpl::RunTask', 'RunTask'])

/**
 * Milliseconds of the tasks between the marks `load` and `done` of the page, on the thread that set them, longest first; by the
 * clock (`dur`), or those that the thread had a core for (`tdur`). Empty when the marks are not in the trace.
 */
export function longestTasks(events: readonly TraceEvent[], by: 'dur' | 'tdur' = 'dur'): number[] {
  const mark = (wanted: string): TraceEvent | undefined => events.find(({ name }) => name === wanted)
  const [load, done] = [mark('load'), mark('done')]
  if (!load || !done) return []
  return events
    .filter(
      ({ name, ph, pid, tid, ts, dur }) =>
        ph === 'X' &&
        taskNames.has(name) &&
        pid === load.pid &&
        tid === load.tid &&
        dur !== undefined &&
        ts + dur >= load.ts &&
        ts <= done.ts,
    )
    .map((task) => (task[by] ?? 0) / 1000)
    .sort((a, b) => b - a)
}

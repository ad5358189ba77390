import { type Row, type SuiteContext, unmeasured } from '../harness/row.ts'
import { concurrencyRows } from '../runtime/concurrency-rows.ts'
import { latencyRows } from '../runtime/latency-rows.ts'
import { longestTask, longestTaskRow } from '../runtime/longest-task.ts'
import { memoryGrowth, memoryGrowthRow } from '../runtime/memory-growth.ts'
import { runContests } from '../runtime/run-contests.ts'
import { openRuntimePages } from '../runtime/runtime-pages.ts'
import { sizeRows, sizes } from '../runtime/sizes.ts'
import { warmStart, warmStartRow } from '../runtime/warm-start.ts'

/** What the runtime costs beside the engine alone and beside its peers: latency, throughput, the page's thread, memory, bytes. */
export async function runtime(context: SuiteContext): Promise<Row[]> {
  const pages = await openRuntimePages(context)
  try {
    const contests = await runContests(context, `${pages.origin}/contest/contest.html`)
    return [
      ...latencyRows(contests),
      ...concurrencyRows(contests),
      await tried(longestTaskRow, () => longestTask(context, `${pages.origin}/tasks/tasks.html`)),
      await tried(warmStartRow, () => warmStart(context)),
      await tried(memoryGrowthRow, () => memoryGrowth(context, `${pages.origin}/cycles/cycles.html`)),
      ...(await sizes(context).catch((error: unknown) =>
        sizeRows.map((row) => unmeasured(row, reason(error))),
      )),
    ]
  } finally {
    await pages.close()
  }
}

/** One browser that does not start must not lose what the others have measured. */
function tried(row: Pick<Row, 'id' | 'unit' | 'target'>, measure: () => Promise<Row>): Promise<Row> {
  return measure().catch((error: unknown) => unmeasured(row, reason(error)))
}

const reason = (error: unknown): string => String(error).split('\n')[0]!

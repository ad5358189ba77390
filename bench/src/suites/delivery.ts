import { downloadPeak } from '../delivery/download-peak.ts'
import { patches } from '../delivery/patches/patches.ts'
import { requestsPerPoll } from '../delivery/requests-per-poll.ts'
import { resumeRefetched } from '../delivery/resume-refetched.ts'
import type { Row, Suite, SuiteContext } from '../harness/row.ts'

/** Row modules of `src/delivery/`, in the order of the table. Each measures its rows by itself, so that one may be run alone. */
const modules: readonly Suite[] = [patches, downloadPeak, resumeRefetched, requestsPerPoll]

/** What versions cost on their way to a device: bytes, memory, cuts, requests, patches. */
export async function delivery(context: SuiteContext): Promise<Row[]> {
  const rows: Row[] = []
  for (const measure of modules) rows.push(...(await measure(context)))
  return rows
}

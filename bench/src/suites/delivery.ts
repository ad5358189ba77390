import { openDownloadPage } from '../delivery/built-page.ts'
import { downloadPeak, downloadPeakRow } from '../delivery/download-peak.ts'
import { patches } from '../delivery/patches/patches.ts'
import { requestsPerPoll, requestsPerPollRows } from '../delivery/requests-per-poll.ts'
import { resumeRefetched, resumeRefetchedRow } from '../delivery/resume-refetched.ts'
import type { Row, SuiteContext } from '../harness/row.ts'
import { tried } from '../harness/tried.ts'

/** What versions cost on their way to a device: bytes, memory, cuts, requests, patches. */
export async function delivery(context: SuiteContext): Promise<Row[]> {
  return [
    ...(await patches(context)),
    ...(await tried([downloadPeakRow, resumeRefetchedRow], () => downloads(context))),
    ...(await tried(requestsPerPollRows, () => requestsPerPoll(context))),
  ]
}

/** The rows of the page that downloads a model. */
async function downloads(context: SuiteContext): Promise<Row[]> {
  const { url, close } = await openDownloadPage(context)
  try {
    return [
      ...(await tried([downloadPeakRow], async () => [await downloadPeak(context, url)])),
      ...(await tried([resumeRefetchedRow], async () => [await resumeRefetched(context, url)])),
    ]
  } finally {
    await close()
  }
}

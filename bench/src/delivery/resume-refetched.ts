import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { maxShardBytes } from '@homing/protocol'
import { type FaultyRepository, startFaultyRepository } from '@homing/testkit'

import type { Row, SuiteContext } from '../harness/row.ts'
import { type DownloadVisit, visitDownload } from './download-page.ts'
import { publishLargeVersion } from './large-version.ts'

const cuts = 20
const shards = 12
const mebibyte = 2 ** 20

/**
 * Each connection brings 1.6 MB/s, which a browser keeps up with also on a busy machine: what is sent then is what arrives, not
 * what fills the buffers of the system, and is lost there with the browser.
 */
const pace = { kind: 'slow', piece: 64 * 1024, every: 40 } as const

type Cut = 'connections' | 'browser'

export const resumeRefetchedRow = {
  id: 'resume-refetched',
  unit: 'MiB over 20 cuts',
  target: '<= 20',
} as const

/** How much is sent again over 20 cuts at random bytes: of all connections, and of the whole browser. */
export async function resumeRefetched(context: SuiteContext, url: string): Promise<Row> {
  context.say(`Cutting all connections of a download ${cuts} times …`)
  const connections = await refetched(context, url, 'connections')
  context.say(`Killing its browser ${cuts} times …`)
  const browser = await refetched(context, url, 'browser')
  return {
    ...resumeRefetchedRow,
    ours: Math.max(connections, browser),
    peers: {},
    samples: 2 * cuts,
    note:
      `${shards * 8} MiB in shards of 8 MiB, 4 at a time, bytes that the server sent above those of the model; the worse of: all ` +
      `connections cut ${connections.toFixed(2)} MiB, browser killed (SIGKILL) and started again ${browser.toFixed(2)} MiB`,
  }
}

/** MiB that were sent more than once. */
async function refetched({ browser, scratch }: SuiteContext, url: string, cut: Cut): Promise<number> {
  const repository = await startFaultyRepository()
  const blobs = await publishLargeVersion(repository, 'cut', shards)
  for (const path of blobs) repository.fail(path, pace)
  const folder = await mkdtemp(join(scratch, 'profile-'))
  const order = { repository: repository.url, root: repository.root, model: 'cut' }
  const open = async (): Promise<DownloadVisit> => {
    const visit = await visitDownload({ browser, folder, url }, order)
    visit.start()
    return visit
  }
  let visit = await open()
  try {
    for (let done = 0; done < cuts; done++) {
      await sentMore(repository, Math.random() * (maxShardBytes / 2), visit)
      if (cut === 'connections') repository.cut()
      else {
        await visit.end()
        visit = await open()
      }
    }
    await visit.whole
    const total = blobs.reduce((sum, path) => sum + repository.files.get(path)!.byteLength, 0)
    return (sent(repository) - total) / mebibyte
  } finally {
    await visit.end()
    await repository.close()
  }
}

function sent({ requests }: FaultyRepository): number {
  return requests.reduce((sum, request) => sum + (request.path.startsWith('blobs/') ? request.sent : 0), 0)
}

/** Resolves once so many bytes more were sent. */
async function sentMore(
  repository: FaultyRepository,
  bytes: number,
  { whole }: DownloadVisit,
): Promise<void> {
  const enough = sent(repository) + bytes
  const state = { over: false }
  whole.finally(() => (state.over = true)).catch(() => undefined) // told to whoever waits for it
  while (sent(repository) < enough && !state.over) await sleep(5)
  if (state.over) throw new Error('The download ended before it was cut often enough')
}

import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

import { maxShardBytes } from '@homing/protocol'
import { startFaultyRepository } from '@homing/testkit'

import { ownSetSize, processTree, proportionalSetSize } from '../browser/process-memory.ts'
import type { Row, SuiteContext } from '../harness/row.ts'
import { quantile } from '../harness/statistics.ts'
import { visitDownload } from './download-page.ts'
import { publishLargeVersion } from './large-version.ts'

/** Milliseconds between two samples: 20 Hz and more. */
const interval = 40

/** Milliseconds after which an opened page is idle. */
const settling = 3_000

const sizes = { large: 512, small: 128 } as const // MiB

export const downloadPeakRow = {
  id: 'download-peak',
  unit: 'MB above idle, 512 MB model',
  target: '<= 96',
} as const

/** How much more memory all processes of a browser take while it downloads a large model than when the page had only opened. */
export async function downloadPeak(context: SuiteContext, url: string): Promise<Row> {
  context.say(`Downloading ${sizes.small} and ${sizes.large} MiB …`)
  const small = await measure(context, url, sizes.small)
  const large = await measure(context, url, sizes.large)
  const words = ({ peak, own, samples, seconds }: Measured): string =>
    `${Math.round(peak)} MB, ${Math.round(own)} MB without mapped files (${samples} samples in ${seconds.toFixed(1)} s)`
  return {
    ...downloadPeakRow,
    ours: large.peak,
    peers: {},
    samples: large.samples,
    note:
      `PSS of all processes of a Chromium without DevTools, above the opened page, until every byte is on the device. ` +
      `${sizes.large} MiB: ${words(large)}, median ${Math.round(large.median)} MB; ${sizes.small} MiB: ${words(small)}`,
  }
}

interface Measured {
  readonly peak: number
  /** The peak of what is no mapped file. */
  readonly own: number
  readonly median: number
  readonly samples: number
  readonly seconds: number
}

/** Megabytes at a moment. */
interface Sample {
  readonly all: number
  readonly own: number
  readonly time: number
}

const median = (samples: readonly Sample[]): Pick<Sample, 'all' | 'own'> => ({
  all: quantile(
    samples.map(({ all }) => all),
    0.5,
  ),
  own: quantile(
    samples.map(({ own }) => own),
    0.5,
  ),
})

async function measure(
  { browser, scratch }: SuiteContext,
  url: string,
  mebibytes: number,
): Promise<Measured> {
  const repository = await startFaultyRepository()
  await publishLargeVersion(repository, 'large', (mebibytes * 2 ** 20) / maxShardBytes)
  const folder = await mkdtemp(join(scratch, 'profile-'))
  const order = { repository: repository.url, root: repository.root, model: 'large' }
  const visit = await visitDownload({ browser, folder, url }, order)
  try {
    await visit.open
    await sleep(settling)
    const look = (): Sample => {
      const tree = processTree(visit.browser.pid)
      return { all: proportionalSetSize(tree), own: ownSetSize(tree), time: Date.now() }
    }
    const idle = median([look(), look(), look()])
    const began = Date.now()
    const state = { running: true }
    visit.start()
    const whole = visit.whole.finally(() => (state.running = false))
    const samples: Sample[] = []
    while (state.running) {
      samples.push(look())
      await sleep(interval)
    }
    const end = await whole // from there on the version is read for the engine, which is no part of a download
    const within = samples.filter(({ time }) => time <= end)
    return {
      peak: Math.max(...within.map(({ all }) => all)) - idle.all,
      own: Math.max(...within.map(({ own }) => own)) - idle.own,
      median: median(within).all - idle.all,
      samples: within.length,
      seconds: (end - began) / 1000,
    }
  } finally {
    await visit.end()
    await repository.close()
  }
}

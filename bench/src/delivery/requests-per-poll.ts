import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import { paths } from '@homing/protocol'
import { homing } from '@homing/sdk/vite'
import { type FaultyRepository, startFaultyRepository } from '@homing/testkit'

import { buildPage } from '../browser/build-page.ts'
import { withFreshProfile } from '../browser/profile.ts'
import { serveStatic } from '../browser/static-server.ts'
import type { Row, SuiteContext } from '../harness/row.ts'
import type { PlannedRow } from '../harness/tried.ts'
import { packRepository } from '../repository/pack-repository.ts'

const polls = 24

export const requestsPerPollRows = [
  { id: 'quiet-day-requests', unit: 'requests per poll', target: '<= 1' },
  { id: 'resigned-day-requests', unit: 'requests per poll', target: '<= 3' },
] as const
const [quiet, resigned] = requestsPerPollRows

/** What a poll costs where nothing changed, and where the server has signed timestamp and snapshot anew before it. */
export async function requestsPerPoll(context: SuiteContext): Promise<Row[]> {
  const { root, scratch, say } = context
  say(`Looking ${2 * polls} times for a new version …`)
  const repository = await startFaultyRepository()
  await publishDigits(root, join(scratch, 'polled'), repository)
  const [trusted, folder] = [join(scratch, 'polled-root.json'), join(scratch, 'poll-page')]
  await writeFile(trusted, repository.root)
  await buildPage(join(root, 'bench', 'pages', 'delivery', 'poll.html'), folder, [homing({ root: trusted })])
  const server = await serveStatic({ '/': folder })
  try {
    return await withFreshProfile(context, async (browser) => {
      const page = await browser.newPage()
      await page.goto(`${server.origin}/poll.html?repository=${encodeURIComponent(repository.url)}`)
      const asked = async (before: () => void): Promise<number> => {
        const start = repository.requests.length
        for (let poll = 0; poll < polls; poll++) {
          before()
          await page.evaluate(async () => (await globalThis.look!)())
        }
        return (repository.requests.length - start) / polls
      }
      await page.evaluate(async () => (await globalThis.look!)()) // the model serves, and its first look is over
      return [
        row(quiet, await asked(() => undefined), 'nothing signed in between'),
        row(
          resigned,
          await asked(() => signAnew(repository)),
          'timestamp and snapshot signed anew before each',
        ),
      ]
    })
  } finally {
    await server.close()
    await repository.close()
  }
}

function row(planned: PlannedRow, ours: number, what: string): Row {
  const note = `digits 1.1.0 in Chromium, ${polls} looks of an open page, ${what}; requests that reached the repository`
  return { ...planned, ours, peers: {}, samples: polls, note }
}

function signAnew({ tuf, write }: FaultyRepository): void {
  tuf.publish()
  write()
}

/** Packs digits 1.1.0 into `folder` and has `repository` serve it. */
async function publishDigits(root: string, folder: string, repository: FaultyRepository): Promise<void> {
  const versions = join(root, 'models', 'artifacts', 'digits')
  const { manifest } = await packRepository(
    root,
    { source: join(versions, '1.1.0'), parents: [join(versions, '1.0.0')] },
    folder,
  )
  const { model, version } = manifest
  const blobs = (await readdir(join(folder, 'blobs'))).map(paths.blob)
  for (const path of [paths.manifest(model, version), paths.rollout(model), ...blobs])
    repository.files.set(path, await readFile(join(folder, path)))
  repository.sign()
}

import { createRequire } from 'node:module'
import { join } from 'node:path'

import type { Visit } from '../../pages/main/visit.ts'
import { buildPages } from '../browser/build-pages.ts'
import { withFreshProfile } from '../browser/profile.ts'
import { serveStatic } from '../browser/static-server.ts'
import { interleaved } from '../harness/interleaved.ts'
import type { Row, SuiteContext } from '../harness/row.ts'
import { inWords, summarise } from '../harness/statistics.ts'
import { packRepository } from '../repository/pack-repository.ts'

const samples = 12
const peer = 'onnxruntime-web in a worker'
const { version: peerVersion } = createRequire(import.meta.url)('onnxruntime-web/package.json') as {
  version: string
}

interface Visits {
  readonly cold: Visit
  readonly warm: Visit
}

/** Time to the first prediction of a new visitor and of one who returns, beside plain onnxruntime-web. */
export async function main(context: SuiteContext): Promise<Row[]> {
  const { root, scratch, say } = context
  const artefact = join(root, 'models', 'artifacts', 'digits', '1.1.0')
  say('Packing digits and building the pages …')
  const repository = join(scratch, 'repository')
  await packRepository(root, artefact, repository)
  const pages = join(scratch, 'pages')
  await buildPages(join(root, 'bench', 'pages', 'main'), pages)
  const server = await serveStatic({ '/': pages, '/repository/': repository, '/peer/': artefact })
  try {
    const side = (page: string) => () => visitTwice(context, `${server.origin}/${page}.html`)
    say(`Visiting each page twice, ${samples} times …`)
    const { ours, theirs } = await interleaved({ ours: side('homing'), theirs: side('peer') }, samples)
    checkSame(ours[0]!.cold, theirs[0]!.cold)
    return (['cold', 'warm'] as const).map((visit) => row(visit, ours, theirs))
  } finally {
    await server.close()
  }
}

/** One visit with an empty profile, and a second one with what the first left in caches and storage. */
function visitTwice(context: SuiteContext, url: string): Promise<Visits> {
  return withFreshProfile(context, async (browser) => {
    const visit = async (): Promise<Visit> => {
      const page = await browser.newPage()
      await page.goto(url)
      const measured = await page.evaluate(() => globalThis.visit!)
      await page.close()
      return measured
    }
    return { cold: await visit(), warm: await visit() }
  })
}

function row(visit: 'cold' | 'warm', ours: readonly Visits[], theirs: readonly Visits[]): Row {
  const times = (visits: readonly Visits[]) => summarise(visits.map((both) => both[visit].firstPrediction))
  const [mine, others] = [times(ours), times(theirs)]
  const { backend, threads, version } = ours[0]![visit]
  return {
    id: `${visit}-start`,
    unit: 'ratio',
    ours: mine.median / others.median,
    target: 'reported',
    peers: { [peer]: others.median },
    samples: ours.length,
    note:
      `digits ${version}, ${backend}, ${threads} threads; navigation to first prediction, p50 and quartiles: ` +
      `Homing ${inWords(mine, 'ms')}, onnxruntime-web ${peerVersion} ${inWords(others, 'ms')}`,
  }
}

/** @throws Error when the sides did not run the same model on the same input. */
function checkSame(ours: Visit, theirs: Visit): void {
  const best = (scores: readonly number[]) => scores.indexOf(Math.max(...scores))
  if (ours.scores.length !== theirs.scores.length || best(ours.scores) !== best(theirs.scores)) {
    throw new Error(`The sides disagree: ${JSON.stringify(ours.scores)} and ${JSON.stringify(theirs.scores)}`)
  }
}

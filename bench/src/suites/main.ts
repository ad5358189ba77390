import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { homing } from '@homing/sdk/vite'

import type { Visit } from '../../pages/main/visit.ts'
import { buildPage } from '../browser/build-page.ts'
import { withFreshProfile } from '../browser/profile.ts'
import { serveStatic } from '../browser/static-server.ts'
import { interleaved } from '../harness/interleaved.ts'
import type { Row, SuiteContext } from '../harness/row.ts'
import { inWords, summarise } from '../harness/statistics.ts'
import { packRepository } from '../repository/pack-repository.ts'

const samples = 12
const peer = 'onnxruntime-web in a worker'
const peerPackage = new URL('../../node_modules/onnxruntime-web/package.json', import.meta.url)
const { version: peerVersion } = JSON.parse(readFileSync(peerPackage, 'utf8')) as { version: string }

interface Visits {
  readonly cold: Visit
  readonly warm: Visit
}

/** Time to the first prediction of a new visitor and of one who returns, beside plain onnxruntime-web. */
export async function main(context: SuiteContext): Promise<Row[]> {
  const { root, scratch, say } = context
  const versions = join(root, 'models', 'artifacts', 'digits')
  const [parent, artefact] = [join(versions, '1.0.0'), join(versions, '1.1.0')]
  say('Packing digits and building the pages …')
  const repository = join(scratch, 'repository')
  const packed = await packRepository(root, { source: artefact, parents: [parent] }, repository)
  const trusted = join(scratch, 'root.json')
  writeFileSync(trusted, packed.root)
  const pages = join(root, 'bench', 'pages', 'main')
  const [ours, theirs] = [join(scratch, 'homing'), join(scratch, 'peer')]
  await buildPage(join(pages, 'homing.html'), ours, [homing({ root: trusted })])
  await buildPage(join(pages, 'peer.html'), theirs)
  const servers = {
    ours: await serveStatic({ '/': ours, '/repository/': repository }),
    theirs: await serveStatic({ '/': theirs, '/model/': artefact }),
  }
  try {
    say(`Visiting each page twice, ${samples} times …`)
    const taken = await interleaved(
      {
        ours: () => visitTwice(context, `${servers.ours.origin}/homing.html`),
        theirs: () => visitTwice(context, `${servers.theirs.origin}/peer.html`),
      },
      samples,
    )
    checkSame(taken.ours[0]!.cold, taken.theirs[0]!.cold)
    return (['cold', 'warm'] as const).map((visit) => row(visit, taken.ours, taken.theirs))
  } finally {
    await Promise.all(Object.values(servers).map((server) => server.close()))
  }
}

/** One visit with an empty profile, and a second one with what the first left in caches and storage. */
function visitTwice(context: SuiteContext, url: string): Promise<Visits> {
  return withFreshProfile(context, async (browser) => {
    const visit = async (): Promise<Visit> => {
      const page = await browser.newPage()
      await page.goto(url)
      const measured = await page.evaluate(() => globalThis.visit)
      if (!measured) throw new Error(`${url} did not start`)
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

import type { SideName } from '../../pages/runtime/sides/side.ts'
import { withFreshProfile } from '../browser/profile.ts'
import { type Row, type SuiteContext, unmeasured } from '../harness/row.ts'
import { quantile, round } from '../harness/statistics.ts'
import { type NetworkName, networks } from './networks/network.ts'
import { peerNames, peers } from './peers.ts'
import { longestTasks, type TraceEvent } from './trace-tasks.ts'

/** The row. */
export const longestTaskRow = { id: 'longest-task', unit: 'ms on the main thread', target: '<= 16' } as const
const repetitions = 3

/** Milliseconds of the longest task of each visit: by the clock, and on a core. */
interface Visits {
  readonly tasks: number[]
  readonly busy: number[]
}

/** The longest task of a page's main thread while a network is loaded and predicts 100 times, by the browser's own trace. */
export async function longestTask(context: SuiteContext, url: string): Promise<Row> {
  const measure = async (network: NetworkName, side: SideName, visits: number): Promise<Visits> => {
    context.say(`Tracing ${networks[network].title} with ${side} …`)
    const taken: Visits = { tasks: [], busy: [] }
    for (let turn = 0; turn < visits; turn++) {
      const events = await traced(context, url, network, side)
      taken.tasks.push(longestTasks(events)[0] ?? NaN)
      taken.busy.push(longestTasks(events, 'tdur')[0] ?? NaN)
    }
    return taken
  }
  const ours = {
    digits: await measure('digits', 'homing', repetitions),
    mobilenet: await measure('mobilenet', 'homing', repetitions),
  }
  if (
    Object.values(ours)
      .flatMap(({ tasks }) => tasks)
      .some(Number.isNaN)
  )
    return unmeasured(longestTaskRow, 'the trace has no task of the page')
  const theirs: Record<string, number> = {}
  for (const peer of peerNames) {
    const name = `${peers[peer]}, ${networks.mobilenet.title}`
    const taken = await measure('mobilenet', peer, 1).then(
      ({ tasks }) => tasks[0]!,
      () => NaN,
    )
    if (Number.isNaN(taken)) context.say(`  ${name} was not measured`)
    else theirs[name] = taken
  }
  const words = Object.entries(ours).map(
    ([network, { tasks, busy }]) =>
      `${networks[network as NetworkName].title} ${tasks.map(round).join(', ')} (most that one had a core for: ${busy.map(round).join(', ')})`,
  )
  return {
    ...longestTaskRow,
    ours: Math.max(...Object.values(ours).map(({ tasks }) => quantile(tasks, 0.5))),
    peers: theirs,
    samples: repetitions,
    note: `load and 100 predictions, wasm, empty profile, from a trace of the renderer's main thread; the longest of each visit: ${words.join('; ')}`,
  }
}

async function traced(
  context: SuiteContext,
  url: string,
  network: NetworkName,
  side: SideName,
): Promise<TraceEvent[]> {
  return withFreshProfile(context, async (browser) => {
    const page = browser.pages()[0] ?? (await browser.newPage())
    await page.goto(url)
    await page.waitForFunction(() => globalThis.loadAndPredict)
    const session = await browser.newCDPSession(page)
    const events: TraceEvent[] = []
    session.on(
      'Tracing.dataCollected',
      ({ value }) => void events.push(...(value as unknown as TraceEvent[])),
    )
    const complete = new Promise((resolve) => session.once('Tracing.tracingComplete', resolve))
    await session.send('Tracing.start', {
      traceConfig: {
        includedCategories: ['toplevel', 'blink.user_timing', 'disabled-by-default-devtools.timeline'],
      },
      transferMode: 'ReportEvents',
    })
    await page.evaluate(([network, side]) => globalThis.loadAndPredict!(network, side), [
      network,
      side,
    ] as const)
    await session.send('Tracing.end')
    await complete
    return events
  })
}

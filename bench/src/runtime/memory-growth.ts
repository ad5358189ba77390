import { readFileSync } from 'node:fs'

import type { BrowserContext } from 'playwright-core'

import { processTree } from '../browser/process-memory.ts'
import { withFreshProfile } from '../browser/profile.ts'
import type { Row, SuiteContext } from '../harness/row.ts'
import { quantile } from '../harness/statistics.ts'

/** The row. */
export const memoryGrowthRow = {
  id: 'memory-growth',
  unit: 'ratio after 100 load/unload cycles',
  target: '<= 1.05',
} as const

/** Longest measurement, in milliseconds. */
const patience = 300_000

const early = 10
const late = 100
/** Cycles up to each of them whose median counts: the garbage collector makes single figures jump. */
const around = 5

/** How much the process that holds the engine grows while a model is loaded and unloaded, over and over. */
export async function memoryGrowth(context: SuiteContext, url: string): Promise<Row> {
  context.say(`Loading and unloading ${late} times …`)
  const measure = async (browser: BrowserContext): Promise<Row> => {
    const page = browser.pages()[0] ?? (await browser.newPage())
    await page.goto(url)
    await page.waitForFunction(() => globalThis.cycle)
    const sizes: number[] = []
    for (let cycle = 0; cycle < late; cycle++) {
      await page.evaluate(() => globalThis.cycle!(1))
      sizes.push(largestRenderer())
    }
    const at = (cycle: number): number => quantile(sizes.slice(cycle - around, cycle), 0.5)
    const inMegabytes = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
    return {
      ...memoryGrowthRow,
      ours: at(late) / at(early),
      peers: {},
      samples: around,
      note:
        `MobileNetV2 224, wasm, one prediction each; resident memory of the page's process with its workers, medians at cycle ` +
        `${early} and ${late}: ${inMegabytes(at(early))}, ${inMegabytes(at(late))}; most ${inMegabytes(Math.max(...sizes))}`,
    }
  }
  return withFreshProfile(context, measure, patience)
}

/** Bytes of resident memory of the largest page's process that this one has started: it holds the engine. */
function largestRenderer(): number {
  const renderers = processTree(process.pid).filter((pid) => read(pid, 'cmdline').includes('--type=renderer'))
  const sizes = renderers.map(
    (pid) => Number(/^VmRSS:\s+(\d+) kB/m.exec(read(pid, 'status'))?.[1] ?? 0) * 1024,
  )
  return Math.max(0, ...sizes)
}

function read(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return '' // the process has ended
  }
}

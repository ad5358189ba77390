import { interleaved } from '../../src/harness/interleaved.ts'
import { type NetworkName, networks, sampleSize } from '../../src/runtime/networks/network.ts'
import { noise } from '../../src/training/noise.ts'
import type { Side, SideName } from './sides/side.ts'
import { sides } from './sides/sides.ts'

/** Milliseconds that something took, each time, by who did it. */
export interface Times {
  readonly ours: readonly number[]
  readonly theirs: readonly number[]
  readonly batch?: readonly number[]
}

/** What the suite drives from outside. */
interface Contest {
  /** Loads a network on Homing and on a peer, and runs both until they are warm. */
  readonly open: (network: NetworkName, peer: SideName) => Promise<void>
  /** The scores of one sample, of each. */
  readonly scores: () => Promise<Readonly<Record<Competitor, readonly number[]>>>
  /** One call at a time, in turns. */
  readonly single: (samples: number) => Promise<Times>
  /** 64 calls with 64 inputs, in turns; `batch`: the same as one call of the peer, where it can. */
  readonly many: (samples: number) => Promise<Times>
}

type Competitor = 'ours' | 'theirs'

declare global {
  /** Set when the page is ready. */
  var contest: Contest | undefined
}

const calls = 64
/** Longest taking of samples, in milliseconds: a slow machine takes fewer. */
const longest = 30_000
const warmUp = { time: 1500, least: 5, rounds: 12 } // milliseconds, calls, rounds of all calls at once

let inputs: Float32Array<ArrayBuffer>[] = []
let open: Record<Competitor, Side> | undefined

function competitors(): Record<Competitor, Side> {
  if (!open) throw new Error('The contest is not open')
  return open
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

globalThis.contest = {
  async open(network, peer) {
    const size = sampleSize(networks[network])
    inputs = Array.from({ length: calls }, (_, index) => noise([size], index + 1))
    const load = async (name: SideName): Promise<Side> => (await sides[name]())(network)
    open = { ours: await load('homing'), theirs: await load(peer) }
    for (const { predict } of Object.values(open)) {
      const start = performance.now()
      for (let run = 0; run < warmUp.least || performance.now() - start < warmUp.time; run++)
        await predict(inputs[run % calls]!)
    }
  },
  async scores() {
    const { ours, theirs } = competitors()
    return {
      ours: [...(await ours.predict(inputs[0]!))],
      theirs: [...(await theirs.predict(inputs[0]!))],
    }
  },
  single(samples) {
    const { ours, theirs } = competitors()
    let next = 0
    const one = (side: Side) => () => timed(() => side.predict(inputs[(next++ >> 1) % calls]!))
    return interleaved({ ours: one(ours), theirs: one(theirs) }, samples, longest)
  },
  async many(samples) {
    const { ours, theirs } = competitors()
    const { predictBatch } = theirs
    for (let round = 0; round < warmUp.rounds; round++) {
      for (const { predictEach } of [ours, theirs]) await predictEach(inputs)
      await predictBatch?.(inputs)
    }
    const each = {
      ours: () => timed(() => ours.predictEach(inputs)),
      theirs: () => timed(() => theirs.predictEach(inputs)),
    }
    return predictBatch
      ? interleaved({ ...each, batch: () => timed(() => predictBatch(inputs)) }, samples, longest)
      : interleaved(each, samples, longest)
  },
}

import type { Times } from '../../pages/runtime/contest.ts'
import { withFreshProfile } from '../browser/profile.ts'
import type { SuiteContext } from '../harness/row.ts'
import { type NetworkName, networkNames, networks } from './networks/network.ts'
import { type PeerName, peerNames, peers } from './peers.ts'

/** Samples of each side: of single calls, and of 64 calls at once, where a row asks for them. */
const samples: Readonly<Record<NetworkName, { readonly single: number; readonly many?: number }>> = {
  digits: { single: 1500, many: 25 },
  mlp: { single: 1500, many: 60 },
  mobilenet: { single: 100 },
}

/** Scores may differ by this share of the largest: TensorFlow.js sums in another order. */
const tolerance = 1e-3

/** Longest contest, in milliseconds. */
const patience = 90_000

/** What Homing and one peer took on one network, in milliseconds. */
export interface ContestTimes {
  readonly network: NetworkName
  readonly peer: PeerName
  readonly single: Times
  readonly many?: Times
}

/** Why a peer did not run. */
export interface FailedContest {
  readonly network: NetworkName
  readonly peer: PeerName
  readonly why: string
}

export interface Contests {
  readonly held: readonly ContestTimes[]
  readonly failed: readonly FailedContest[]
}

/** Every peer beside Homing on every network, each pair in a browser of its own: what others leave behind slows both. */
export async function runContests(context: SuiteContext, url: string): Promise<Contests> {
  const held: ContestTimes[] = []
  const failed: FailedContest[] = []
  for (const network of networkNames) {
    for (const peer of peerNames) {
      context.say(`${networks[network].title} beside ${peers[peer]} …`)
      try {
        held.push(await contest(context, url, network, peer))
      } catch (error) {
        const why = String(error).split('\n')[0]!
        context.say(`  ${why}`)
        failed.push({ network, peer, why })
      }
    }
  }
  return { held, failed }
}

function contest(
  context: SuiteContext,
  url: string,
  network: NetworkName,
  peer: PeerName,
): Promise<ContestTimes> {
  return withFreshProfile(
    context,
    async (browser) => {
      const page = browser.pages()[0] ?? (await browser.newPage())
      await page.goto(url)
      await page.waitForFunction(() => globalThis.contest)
      await page.evaluate(([network, peer]) => globalThis.contest!.open(network, peer), [
        network,
        peer,
      ] as const)
      const { ours, theirs } = await page.evaluate(() => globalThis.contest!.scores())
      checkSame(ours, theirs)
      const { single, many } = samples[network]
      return {
        network,
        peer,
        single: await page.evaluate((count) => globalThis.contest!.single(count), single),
        ...(many !== undefined && {
          many: await page.evaluate((count) => globalThis.contest!.many(count), many),
        }),
      }
    },
    patience,
  )
}

/** @throws Error when the sides did not run the same network on the same input. */
export function checkSame(ours: readonly number[], theirs: readonly number[]): void {
  const largest = Math.max(...ours.map(Math.abs))
  const same = ours.every((score, index) => Math.abs(score - theirs[index]!) <= tolerance * largest)
  if (!same || ours.length !== theirs.length || largest === 0)
    throw new Error(`the scores are ${theirs.slice(0, 5).join(', ')}, not ${ours.slice(0, 5).join(', ')}`)
}

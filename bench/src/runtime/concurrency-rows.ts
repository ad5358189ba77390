import type { Times } from '../../pages/runtime/contest.ts'
import { type Row, unmeasured } from '../harness/row.ts'
import { inWords, quantile, round, summarise } from '../harness/statistics.ts'
import { type NetworkName, networks } from './networks/network.ts'
import { peers } from './peers.ts'
import type { Contests, ContestTimes } from './run-contests.ts'

/** What 64 calls at once take, beside the fastest peer called sample by sample, and beside one batch of the same samples. */
export function concurrencyRows(contests: Contests): Row[] {
  return [atOnce(contests, 'mlp', '>= 2.5'), atOnce(contests, 'digits', '>= 1.8'), versusOneBatch(contests)]
}

const median = (times: readonly number[]): number => quantile(times, 0.5)

function atOnce({ held, failed }: Contests, network: NetworkName, target: string): Row {
  const row = { id: `concurrent-${network}`, unit: 'times the best peer', target }
  const own = held.flatMap((contest) =>
    contest.network === network && contest.many ? [{ ...contest, many: contest.many }] : [],
  )
  if (own.length === 0)
    return unmeasured(row, failed.map(({ peer, why }) => `${peers[peer]}: ${why}`).join('; '))
  const fastest = own.reduce((best, next) =>
    median(next.many.theirs) < median(best.many.theirs) ? next : best,
  )
  const words = own.map(({ peer, many }) => {
    const [ours, theirs] = [summarise(many.ours), summarise(many.theirs)]
    return `Homing ${inWords(ours, 'ms')} beside ${peers[peer]} ${inWords(theirs, 'ms')}`
  })
  return {
    ...row,
    ours: median(fastest.many.theirs) / median(fastest.many.ours),
    peers: Object.fromEntries(own.map(({ peer, many }) => [peers[peer], median(many.theirs)])),
    samples: fastest.many.ours.length,
    note:
      `${networks[network].title}, wasm, 64 calls with 64 inputs at once, beside ${peers[fastest.peer]}, the fastest sample by sample; ` +
      `ms for all, p50 and quartiles: ${words.join('; ')}${limitInWords(own)}`,
  }
}

type Many = Pick<ContestTimes, 'peer'> & { readonly many: Times }

/** How much faster the engine itself is on all samples as one batch, on the same thread: calls one by one cannot beat that. */
function limitInWords(own: readonly Many[]): string {
  const words = own.flatMap(({ peer, many: { theirs, batch } }) =>
    batch
      ? `${peers[peer]} ${inWords(summarise(batch), 'ms')}, ${round(median(theirs) / median(batch))} times itself`
      : [],
  )
  return words.length > 0 ? `. All of them as one batch, which is the limit: ${words.join('; ')}` : ''
}

function versusOneBatch({ held }: Contests): Row {
  const row = { id: 'concurrent-vs-one-batch', unit: 'share of its speed', target: '>= 0.8' } as const
  const own = held.flatMap(({ network, peer, many }) =>
    peer === 'ort-worker' && many?.batch ? [{ network, ours: many.ours, batch: many.batch }] : [],
  )
  if (own.length === 0) return unmeasured(row, `${peers['ort-worker']} did not run`)
  type Pair = (typeof own)[number]
  const share = ({ ours, batch }: Pair): number => median(batch) / median(ours)
  const words = own.map(
    ({ network, ours, batch }) =>
      `${networks[network].title}: Homing ${inWords(summarise(ours), 'ms')}, one batch ${inWords(summarise(batch), 'ms')}`,
  )
  return {
    ...row,
    ours: Math.min(...own.map(share)),
    peers: Object.fromEntries(
      own.map(({ network, batch }) => [`one batch, ${networks[network].title}`, median(batch)]),
    ),
    samples: Math.min(...own.map(({ ours }) => ours.length)),
    note: `the worse of both networks, wasm, 64 calls at once beside ${peers['ort-worker']} given the same samples as one batch; ${words.join('; ')}`,
  }
}

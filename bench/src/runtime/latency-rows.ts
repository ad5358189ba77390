import { type Row, unmeasured } from '../harness/row.ts'
import { inWords, quantile, round, summarise } from '../harness/statistics.ts'
import { type NetworkName, networks } from './networks/network.ts'
import { peers } from './peers.ts'
import type { Contests, ContestTimes } from './run-contests.ts'

/** Small enough that what the SDK adds can be seen. */
const tiny: readonly NetworkName[] = ['digits', 'mlp']

/** What a call costs beside plain onnxruntime-web in a worker, which is where Homing runs it too; the others beside it. */
export function latencyRows(contests: Contests): Row[] {
  return [overheadLarge(contests), overheadTiny(contests), tail(contests)]
}

function overheadLarge({ held, failed }: Contests): Row {
  const row = { id: 'overhead-large', unit: 'ratio, p50', target: '<= 1.03' } as const
  const own = held.filter(({ network }) => network === 'mobilenet')
  const against = own.find(isBaseline)
  if (!against) return unmeasured(row, whyNot({ held, failed }, 'mobilenet'))
  return {
    ...row,
    ours: quantile(against.single.ours, 0.5) / quantile(against.single.theirs, 0.5),
    peers: medians(own),
    samples: against.single.ours.length,
    note: `${networks.mobilenet.title}, wasm; ms a call, one at a time, p50 and quartiles. ${inFull(own)}`,
  }
}

function overheadTiny({ held, failed }: Contests): Row {
  const row = { id: 'overhead-tiny', unit: 'ms added, p50', target: '<= 0.15' } as const
  const own = held.filter(({ network }) => tiny.includes(network))
  const against = own.filter(isBaseline)
  if (against.length < tiny.length)
    return unmeasured(row, tiny.map((network) => whyNot({ held, failed }, network)).join('; '))
  const added = ({ single }: ContestTimes): number =>
    quantile(single.ours, 0.5) - quantile(single.theirs, 0.5)
  return {
    ...row,
    ours: Math.max(...against.map(added)),
    peers: medians(own),
    samples: against[0]!.single.ours.length,
    note: `the worse of ${tiny.map((name) => networks[name].title).join(' and ')}, wasm; ms a call, one at a time, p50 and quartiles. ${inFull(own)}`,
  }
}

function tail({ held }: Contests): Row {
  const row = { id: 'tail', unit: 'p99 ratio', target: '<= 1.2' } as const
  const against = held.filter(isBaseline)
  if (against.length === 0) return unmeasured(row, 'plain onnxruntime-web did not run')
  const p99 = (times: readonly number[]): number => quantile(times, 0.99)
  const ratio = ({ single }: ContestTimes): number => p99(single.ours) / p99(single.theirs)
  const words = against.map(
    (contest) =>
      `${networks[contest.network].title}: ${round(p99(contest.single.ours))} ms and ${round(p99(contest.single.theirs))} ms ` +
      `(${contest.single.ours.length} samples)`,
  )
  return {
    ...row,
    ours: Math.max(...against.map(ratio)),
    peers: Object.fromEntries(
      against.map(({ network, single }) => [
        `${peers['ort-worker']}, ${networks[network].title}`,
        p99(single.theirs),
      ]),
    ),
    samples: Math.min(...against.map(({ single }) => single.ours.length)),
    note: `the worst of the networks, wasm; p99 of Homing and of ${peers['ort-worker']}: ${words.join('; ')}`,
  }
}

const isBaseline = ({ peer }: ContestTimes): boolean => peer === 'ort-worker'

function medians(held: readonly ContestTimes[]): Record<string, number> {
  const networksHeld = new Set(held.map(({ network }) => network))
  return Object.fromEntries(
    held.map(({ network, peer, single }) => [
      networksHeld.size > 1 ? `${peers[peer]}, ${networks[network].title}` : peers[peer],
      quantile(single.theirs, 0.5),
    ]),
  )
}

function inFull(held: readonly ContestTimes[]): string {
  return held
    .map(({ network, peer, single }) => {
      const [ours, theirs] = [summarise(single.ours), summarise(single.theirs)]
      return `${networks[network].title}: Homing ${inWords(ours, 'ms')} beside ${peers[peer]} ${inWords(theirs, 'ms')}`
    })
    .join('; ')
}

function whyNot({ failed }: Contests, wanted: NetworkName): string {
  const found = failed.find(({ network, peer }) => network === wanted && peer === 'ort-worker')
  return `${networks[wanted].title} beside ${peers['ort-worker']}: ${found?.why ?? 'measured'}`
}

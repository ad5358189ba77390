import { interleaved } from '../harness/interleaved.ts'
import { type Row, unmeasured } from '../harness/row.ts'
import { inWords, summarise, type Summary } from '../harness/statistics.ts'
import { bestPeer } from './best-peer.ts'
import type { Host } from './host.ts'
import type { NetworkName } from './network.ts'
import { settle } from './settle.ts'

/** How long a sample is at least, in milliseconds, and how many there are of a side. */
const sampleTime = 300
const samples = 12

/** From here on a step is slow, and fewer are enough. */
const slowStep = 1000
const slowSamples = 4

/** What a host showed. */
interface Comparison {
  readonly host: string
  readonly peer: string
  readonly ours: Summary
  readonly theirs: Summary
  readonly samples: number
  readonly others: readonly string[]
}

/** How many times faster than the best backend of TensorFlow.js a step is, on the host where that is least. */
export async function versusTfjs(
  row: Pick<Row, 'id' | 'unit' | 'target'>,
  network: NetworkName,
  hosts: readonly Host[],
): Promise<Row> {
  const compared: Comparison[] = []
  for (const host of hosts) {
    const comparison = await compare(host, network)
    if (typeof comparison === 'string') return unmeasured(row, comparison)
    compared.push(comparison)
  }
  const ratio = ({ ours, theirs }: Comparison) => theirs.median / ours.median
  return {
    ...row,
    ours: Math.min(...compared.map(ratio)),
    peers: Object.fromEntries(
      compared.map(({ host, peer, theirs }) => [`tfjs ${peer}, ${host}`, theirs.median]),
    ),
    samples: Math.min(...compared.map(({ samples }) => samples)),
    note: `${network}, batch 64, 1 thread, momentum; ms a step, p50 and quartiles. ${compared.map(inFull).join('. ')}`,
  }
}

function inFull({ host, peer, ours, theirs, others }: Comparison): string {
  const rest = others.length > 0 ? `; ${others.join('; ')}` : ''
  return `${host}: Homing ${inWords(ours, 'ms')}, tfjs 4.22 ${peer} ${inWords(theirs, 'ms')}${rest}`
}

async function compare(host: Host, network: NetworkName): Promise<Comparison | string> {
  const { best, others } = await bestPeer(host, network)
  if (!best) return `${host.name}: no backend of TensorFlow.js trains ${network}: ${others.join('; ')}`
  const { backend, contest, time } = best
  try {
    await settle(contest, 'step')
    if (time < slowStep) await settle(contest, 'peer')
    const taken = await interleaved(
      {
        ours: () => contest.sample('step', sampleTime),
        theirs: () => contest.sample('peer', sampleTime),
      },
      time > slowStep ? slowSamples : samples,
    )
    return {
      host: host.name,
      peer: backend,
      ours: summarise(taken.ours),
      theirs: summarise(taken.theirs),
      samples: taken.ours.length,
      others,
    }
  } finally {
    await contest.close()
  }
}

import type { Host, OpenContest } from './host.ts'
import type { NetworkName } from './network.ts'
import type { TfjsBackend } from './tfjs-trainee.ts'

/** Longest wait for a backend to start and to train three steps, in milliseconds. */
const patience = 90_000

/** Losses may differ by this share: the sides sum in another order, and WebGL also rounds more. */
const tolerance = 1e-2

/** A contest against one backend, and what a step took there, in milliseconds. */
interface Candidate {
  readonly backend: TfjsBackend
  readonly contest: OpenContest
  readonly time: number
}

/** The fastest backend of TensorFlow.js that trains here, and what became of the others, in words. */
export interface BestPeer {
  readonly best: Candidate | undefined
  readonly others: readonly string[]
}

/** Tries each backend of the host, and keeps the contest against the fastest open. What does not do the same as ours is none. */
export async function bestPeer(host: Host, network: NetworkName): Promise<BestPeer> {
  const others: string[] = []
  let best: Candidate | undefined
  for (const backend of host.backends) {
    const candidate = await candidateOf(host, network, backend)
    if (typeof candidate === 'string') {
      others.push(`${backend} ${candidate}`)
      continue
    }
    const [faster, slower] =
      best === undefined || candidate.time < best.time ? [candidate, best] : [best, candidate]
    best = faster
    if (!slower) continue
    others.push(`${slower.backend} ${Math.round(slower.time)} ms`)
    await slower.contest.close()
  }
  return { best, others }
}

/** A backend that trains, or why it does not. */
async function candidateOf(
  host: Host,
  network: NetworkName,
  backend: TfjsBackend,
): Promise<Candidate | string> {
  let contest: OpenContest | undefined
  const trial = async (): Promise<Candidate> => {
    contest = await host.open(network, backend)
    const [ours, theirs] = [await contest.losses('step'), await contest.losses('peer')]
    checkSame(ours, theirs)
    return { backend, contest, time: await contest.sample('peer', 0) }
  }
  try {
    return await inTime(trial())
  } catch (error) {
    await contest?.close()
    return `does not train it (${String(error).split('\n')[0]})`
  }
}

/** @throws Error when losses differ by more than rounding. */
export function checkSame(ours: readonly number[], theirs: readonly number[]): void {
  const same = ours.every((loss, i) => Math.abs(loss - theirs[i]!) <= tolerance * Math.max(1, Math.abs(loss)))
  if (!same || ours.length !== theirs.length)
    throw new Error(`the losses are ${theirs.join(', ')}, not ${ours.join(', ')}`)
}

function inTime<T>(work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => {
      reject(new Error(`no third step within ${patience / 1000} s`))
    }, patience).unref()
  })
  return Promise.race([work, late])
}

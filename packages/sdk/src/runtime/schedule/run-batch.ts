import type { Tensor } from '@homing/protocol'

import { since } from '../clock.ts'
import type { Tensors } from '../engine.ts'
import type { LoadedVersion } from '../load-version.ts'
import type { QueuedCall } from '../queued-call.ts'
import { faultPoint } from '../../faults/fault-point.ts'
import { answer, type CallEnd, encodeCall, refused, runCall } from '../run-call.ts'
import type { Turns } from '../turns.ts'
import { samplesOf } from './batch-axis.ts'
import { type BatchState, fitsBatch } from './batch-state.ts'
import { joinable, joinTensors, splitTensors } from './join-tensors.ts'
import { alikeTensors, sameTensors } from './compare-tensors.ts'

/** A call in a shared run. */
interface Member {
  readonly call: QueuedCall
  /** Its place among the calls that were handed in. */
  readonly place: number
  readonly tensors: Tensors
  readonly samples: number
}

/** The end of each call, undefined for those that are to be run again: alone where they say so, else with others. */
type Ends = (CallEnd | undefined)[]

/**
 * Runs calls of one version as one, where they fit together. The first time, two of them are also run alone, and must
 * come to the same. A call that cannot be encoded fails by itself; when the engine fails, all are to be run alone.
 */
export async function runBatch(
  calls: readonly QueuedCall[],
  version: LoadedVersion,
  turns: Turns,
  state: BatchState,
  most: number,
): Promise<Ends> {
  const ends: Ends = calls.map(() => undefined)
  const members = gather(calls, version, most, ends)
  if (state.proof === 'open' || members.length < 2) {
    await runFirst(members, version, turns, state, ends)
    return ends
  }
  const samples = members.map((member) => member.samples)
  const total = samples.reduce((sum, count) => sum + count, 0)
  const queued = members.map(({ call }) => since(call.enqueued))
  const mark = performance.now()
  const outputs = await runJoined(members, version, turns)
  const run = since(mark)
  if (!outputs) {
    state.failed(total)
    for (const { call } of members) call.alone = true
    return ends
  }
  state.ran(total, run)
  const parts = splitTensors(outputs, samples)
  if (!parts) state.proof = 'refused' // it kept the rule for two calls alone
  parts?.forEach((own, index) => {
    const { call, place } = members[index]!
    ends[place] = answer(
      call,
      version,
      own,
      { queue: queued[index]!, encode: call.encoded!.time, run },
      total,
    )
  })
  return ends
}

/** Those of the calls that fit into one run; the others keep their end undefined, or get one when they are refused. */
function gather(calls: readonly QueuedCall[], version: LoadedVersion, most: number, ends: Ends): Member[] {
  const members: Member[] = []
  let [total, bytes] = [0, 0]
  for (const [place, call] of calls.entries()) {
    let tensors: Tensors
    let guarded: boolean
    try {
      const encoded = encodeCall(call, version)
      tensors = encoded.tensors
      guarded = encoded.hits.length > 0
    } catch (error) {
      ends[place] = refused(error)
      continue
    }
    const samples = samplesOf(tensors)
    const size = bytesOf(tensors)
    if (samples === 0 || guarded)
      call.alone = true // what lies outside the model's support spoils nobody else's run
    else if (members.length > 0 && (total + samples > most || !fitsBatch(bytes, size))) break
    else if (members.length === 0 || joinable(members[0]!.tensors, tensors)) {
      members.push({ call, place, tensors, samples })
      total += samples
      bytes += size
    }
  }
  return members
}

/** Runs the first two calls alone, for their answers and as proof that a shared run comes to the same. */
async function runFirst(
  members: readonly Member[],
  version: LoadedVersion,
  turns: Turns,
  state: BatchState,
  ends: Ends,
): Promise<void> {
  const [first, ...rest] = members
  if (!first) return
  const other = rest.find(({ tensors }) => !sameTensors(tensors, first.tensors)) // equal inputs prove nothing
  const pair = other ? [first, other] : [first]
  const alone: Tensors[] = []
  for (const { call, place, samples } of pair) {
    const end = await runCall(call, version, turns)
    ends[place] = end
    if (end.kind !== 'done') return
    state.ran(samples, end.reply.timings.run)
    alone.push(end.reply.outputs)
  }
  if (state.proof !== 'open' || !other) return
  const outputs = await runJoined(pair, version, turns)
  const parts =
    outputs &&
    splitTensors(
      outputs,
      pair.map(({ samples }) => samples),
    )
  const { tolerance } = version.manifest.probes ?? {}
  const agree = parts?.every((part, index) => alikeTensors(part, alone[index]!, tolerance)) ?? false
  state.proof = agree ? 'proven' : 'refused'
}

/** Undefined when the engine fails: which of the calls is to blame, running them alone tells. */
function runJoined(
  members: readonly Member[],
  { session }: LoadedVersion,
  turns: Turns,
): Promise<Tensors | undefined> {
  const joined = joinTensors(members.map(({ tensors }) => tensors))
  const run = async (): Promise<Record<string, Tensor>> => {
    faultPoint('call-running')
    const outputs = await session.run(joined)
    faultPoint('call-ran')
    return outputs
  }
  return turns(run).catch(() => undefined)
}

function bytesOf(tensors: Tensors): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + byteLength(data), 0)
}

const byteLength = (data: Tensor['data']): number => (Array.isArray(data) ? 0 : data.byteLength)

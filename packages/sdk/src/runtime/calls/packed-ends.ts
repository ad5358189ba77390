import type { Tensor } from '@homing/protocol'

import type { PredictReply } from '../runtime-api.ts'
import { joinTensors } from '../schedule/join-tensors.ts'
import type { SentEnd } from './sent-call.ts'

/** Replies of calls that were run as one: what they share is sent once, and their outputs as one array each. */
export interface PackedEnds {
  readonly ids: readonly number[]
  readonly shared: Pick<PredictReply, 'version' | 'backend' | 'batch'>
  /** Four numbers of each reply, as `stages` lists them. */
  readonly timings: Float64Array<ArrayBuffer>
  /** The calls' outputs one after another. */
  readonly outputs: Readonly<Record<string, Tensor>>
  /** What each reply holds beside these; empty where none holds anything. */
  readonly rest: readonly Partial<PredictReply>[]
}

const stages = ['queue', 'encode', 'run', 'decode'] as const

type SentReply = Extract<SentEnd, { reply: PredictReply }>

/** Packs the replies of each run that calls shared; calls of one sample each, of which all outputs are alike. */
export function packEnds(ends: readonly SentEnd[]): (SentEnd | PackedEnds)[] {
  const sent: (SentEnd | PackedEnds)[] = []
  for (let from = 0; from < ends.length;) {
    const first = ends[from]!
    let to = from + 1
    if (isPackable(first)) while (to < ends.length && isOfSameRun(first, ends[to]!)) to++
    sent.push(...(to - from < 2 ? [first] : [pack(ends.slice(from, to) as SentReply[])]))
    from = to
  }
  return sent
}

/** The ends that were packed, with outputs of their own. */
export function unpackEnds({ ids, shared, timings, outputs, rest }: PackedEnds): SentReply[] {
  const entries = Object.entries(outputs)
  return ids.map((id, index) => {
    const own: Record<string, Tensor> = {}
    for (const [name, { dtype, shape, data }] of entries) {
      const length = data.length / ids.length
      const values = data.slice(index * length, (index + 1) * length)
      own[name] = { dtype, shape: [1, ...shape.slice(1)], data: values } as Tensor
    }
    return { id, reply: { ...rest[index], outputs: own, ...shared, timings: timingsAt(timings, index) } }
  })
}

/** Whether the outputs lie in the buffer of a shared run, one sample of it. */
function isPackable(end: SentEnd): end is SentReply {
  if (!('reply' in end) || end.reply.batch === undefined) return false
  const outputs = Object.values(end.reply.outputs)
  return outputs.length > 0 && outputs.every(({ shape }) => shape[0] === 1)
}

function isOfSameRun(first: SentReply, end: SentEnd): boolean {
  if (!isPackable(end)) return false
  return Object.entries(first.reply.outputs).every(([name, { data }]) => {
    const other = end.reply.outputs[name]
    if (!other || Array.isArray(data) || Array.isArray(other.data)) return false
    return other.data.buffer === data.buffer
  })
}

function pack(ends: readonly SentReply[]): PackedEnds {
  const { version, backend, batch } = ends[0]!.reply
  const rest = ends.map(({ reply }) => restOf(reply))
  return {
    ids: ends.map(({ id }) => id),
    shared: { version, backend, ...(batch === undefined ? {} : { batch }) },
    timings: Float64Array.from(ends.flatMap(({ reply }) => stages.map((stage) => reply.timings[stage]))),
    outputs: joinTensors(ends.map(({ reply }) => reply.outputs)),
    rest: rest.some((fields) => Object.keys(fields).length > 0) ? rest : [],
  }
}

function timingsAt(timings: Float64Array, index: number): PredictReply['timings'] {
  const [queue, encode, run, decode] = timings.subarray(index * stages.length, (index + 1) * stages.length)
  return { queue: queue!, encode: encode!, run: run!, decode: decode! }
}

function restOf(reply: PredictReply): Partial<PredictReply> {
  const {
    outputs: _outputs,
    version: _version,
    backend: _backend,
    batch: _batch,
    timings: _timings,
    ...rest
  } = reply
  return rest
}

import type { GuardHit } from '@homing/pipeline/guards'
import { checkInputs, type PipelineInput } from '@homing/pipeline'
import { HomingError, type Signature, type Tensor } from '@homing/protocol'

import { faultPoint } from '../faults/fault-point.ts'
import { contextOf, requireEvents } from './call-context.ts'
import { since } from './clock.ts'
import type { Tensors } from './engine.ts'
import type { HeldRun } from './held-tensor.ts'
import type { LoadedVersion } from './load-version.ts'
import { samplesOf } from './schedule/batch-axis.ts'
import { callBytes, requireRoom } from '../inputs/call-memory.ts'
import { readInputs } from '../inputs/read-inputs.ts'
import type { PredictReply, PredictRequest } from './runtime-api.ts'
import type { Turns } from './turns.ts'
import { zeroInputs, zerosLike } from './zero-inputs.ts'

/** A prediction that waits or runs. */
export interface Call {
  readonly request: PredictRequest
  /** `performance.now()` when it came. */
  readonly enqueued: number
  /** The inputs with bitmaps read, once the call has started: it may have to be repeated. */
  inputs?: Readonly<Record<string, PipelineInput>>
  /** What a version's pipeline made of them. */
  encoded?: EncodedCall
}

/** The tensors of a call, as one version takes them. */
export interface EncodedCall {
  readonly version: LoadedVersion
  readonly tensors: Tensors
  /** Guards of the version's inputs that the call does not keep. */
  readonly hits: readonly GuardHit[]
  /** Milliseconds that it took. */
  readonly time: number
}

/** How a call ended. `broken`: the backend is to blame, and the call may succeed on another. */
export type CallEnd =
  | { readonly kind: 'done'; readonly reply: PredictReply }
  | { readonly kind: 'refused' | 'broken'; readonly error: HomingError }

/** Encodes, runs and decodes one call on one version. Never rejects. */
export async function runCall(call: Call, version: LoadedVersion, turns: Turns): Promise<CallEnd> {
  const queued = since(call.enqueued)
  try {
    const { tensors, time, hits } = encodeCall(call, version)
    if (version.guards?.withholdsAll(hits, samplesOf(tensors)))
      return answer(call, version, {}, { queue: queued, encode: time, run: 0 })
    const mark = performance.now()
    const ran = await turns(() => runOnce(version, tensors, call.request))
    if ('end' in ran) return ran.end
    const { outputs, held, run } = ran
    const waited = since(mark) - run
    const end = answer(call, version, outputs, { queue: queued + waited, encode: time, run })
    return end.kind === 'done' && held ? { ...end, reply: { ...end.reply, held } } : end
  } catch (error) {
    return refused(error)
  }
}

/**
 * The tensors of a call for one version, checked; made once.
 * @throws HomingError INPUT_*, CLOSED.
 */
export function encodeCall(call: Call, version: LoadedVersion): EncodedCall {
  if (call.encoded?.version === version) return call.encoded
  faultPoint('call-started')
  const { manifest, pipeline, guards } = version
  requireEvents(manifest, call.request.windows)
  const mark = performance.now()
  const { inputs, held } = call.request
  // What lies on the device has zeros of its shape in its place until it runs.
  call.inputs ??= { ...readInputs(inputs), ...(held ? zerosLike(held) : {}) }
  const context = contextOf(call.request)
  const tensors = pipeline.encode(call.inputs, context)
  checkInputs(manifest.signature, tensors)
  requireRoom(callBytes(manifest.signature, tensors))
  const hits = guards?.inputs(call.inputs, tensors, context) ?? []
  faultPoint('call-encoded')
  return (call.encoded = { version, tensors, hits, time: since(mark) })
}

/**
 * What the pipeline reads from the outputs of a call, and the guards say of it; without outputs where nothing had to run.
 * `batch`: how many samples the run held, where it was shared.
 */
export function answer(
  call: Call,
  { manifest, pipeline, guards, facts }: LoadedVersion,
  outputs: Record<string, Tensor>,
  times: Omit<PredictReply['timings'], 'decode'>,
  batch?: number,
): CallEnd {
  try {
    const mark = performance.now()
    const samples = Object.keys(outputs).length > 0 ? pipeline.decode(outputs) : []
    faultPoint('call-decoded')
    const reply: PredictReply = {
      ...samples[0],
      outputs,
      ...(samples.length > 1 ? { samples } : {}),
      version: manifest.version,
      backend: facts.backend,
      ...(batch === undefined ? {} : { batch }),
      ...(call.request.share ? { encoded: call.encoded!.tensors } : {}),
      timings: { ...times, decode: since(mark) },
    }
    return { kind: 'done', reply: guards?.judge(reply, call.encoded!.hits) ?? reply }
  } catch (error) {
    return refused(error)
  }
}

/** The end of a call that failed by itself. */
export function refused(error: unknown): CallEnd {
  return { kind: 'refused', error: HomingError.from(error) }
}

type Ran = (Omit<HeldRun, 'held'> & Partial<HeldRun> & { readonly run: number }) | { readonly end: CallEnd }

/**
 * One run. Where it fails, zeros of the same shapes tell whom to blame, and of the smallest ones: a session that still runs
 * them was given values or shapes that the model cannot take (an index out of range, more than fits), one that does not is
 * broken.
 */
async function runOnce(
  { session, manifest }: LoadedVersion,
  tensors: Tensors,
  { hold, held }: PredictRequest,
): Promise<Ran> {
  const mark = performance.now()
  try {
    faultPoint('call-running')
    const ran =
      session.runHeld && (hold || held)
        ? await session.runHeld({ ...tensors, ...held }, hold ?? [])
        : { outputs: await session.run(tensors) }
    faultPoint('call-ran')
    return { ...ran, run: since(mark) }
  } catch (cause) {
    const error = HomingError.from(cause, 'ENGINE_FAILED')
    if (error.code === 'CLOSED') return { end: { kind: 'refused', error } } // what was held is gone
    const runsZeros = (like?: Tensors): Promise<boolean> =>
      session.run(zeroInputs(manifest.signature, like)).then(
        () => true,
        () => false,
      )
    // Where the smallest shapes run, those of the call are too large for it.
    const healthy = (await runsZeros(tensors)) || (isDynamic(manifest.signature) && (await runsZeros()))
    return { end: { kind: healthy ? 'refused' : 'broken', error } }
  }
}

function isDynamic({ inputs }: Signature): boolean {
  return inputs.some(({ shape }) => shape.some((dim) => typeof dim === 'string'))
}

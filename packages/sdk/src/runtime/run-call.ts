import { checkInputs, type PipelineInput } from '@homing/pipeline'
import { HomingError, type Tensor } from '@homing/protocol'

import { contextOf, requireEvents } from './call-context.ts'
import { since } from './clock.ts'
import type { Tensors } from './engine.ts'
import type { LoadedVersion } from './load-version.ts'
import { readInputs } from '../inputs/read-inputs.ts'
import type { PredictReply, PredictRequest } from './runtime-api.ts'
import type { Turns } from './turns.ts'
import { zeroInputs } from './zero-inputs.ts'

/** A prediction that waits or runs. */
export interface Call {
  readonly request: PredictRequest
  /** `performance.now()` when it came. */
  readonly enqueued: number
  /** The inputs with bitmaps read, once the call has started: it may have to be repeated. */
  inputs?: Readonly<Record<string, PipelineInput>>
}

/** How a call ended. `broken`: the backend is to blame, and the call may succeed on another. */
export type CallEnd =
  | { readonly kind: 'done'; readonly reply: PredictReply }
  | { readonly kind: 'refused' | 'broken'; readonly error: HomingError }

/** Encodes, runs and decodes one call on one version. Never rejects. */
export async function runCall(call: Call, version: LoadedVersion, turns: Turns): Promise<CallEnd> {
  const { manifest, pipeline, facts } = version
  const queued = since(call.enqueued)
  try {
    requireEvents(manifest, call.request.windows)
    let mark = performance.now()
    call.inputs ??= readInputs(call.request.inputs)
    const tensors = pipeline.encode(call.inputs, contextOf(call.request))
    checkInputs(manifest.signature, tensors)
    const encode = since(mark)

    mark = performance.now()
    const ran = await turns(() => runOnce(version, tensors))
    if ('end' in ran) return ran.end
    const { outputs, run } = ran
    const waited = since(mark) - run

    mark = performance.now()
    const samples = pipeline.decode(outputs)
    const reply: PredictReply = {
      ...samples[0],
      outputs,
      ...(samples.length > 1 ? { samples } : {}),
      version: manifest.version,
      backend: facts.backend,
      timings: { queue: queued + waited, encode, run, decode: since(mark) },
    }
    return { kind: 'done', reply }
  } catch (error) {
    return { kind: 'refused', error: HomingError.from(error) }
  }
}

type Ran = { readonly outputs: Record<string, Tensor>; readonly run: number } | { readonly end: CallEnd }

/**
 * One run. Where it fails, zeros of the same shapes tell whom to blame: a session that still runs them was given
 * values that the model cannot take (an index out of range), one that does not is broken.
 */
async function runOnce({ session, manifest }: LoadedVersion, tensors: Tensors): Promise<Ran> {
  const mark = performance.now()
  try {
    const outputs = await session.run(tensors)
    return { outputs, run: since(mark) }
  } catch (cause) {
    const error = HomingError.from(cause, 'ENGINE_FAILED')
    const healthy = await session.run(zeroInputs(manifest.signature, tensors)).then(
      () => true,
      () => false,
    )
    return { end: { kind: healthy ? 'refused' : 'broken', error } }
  }
}

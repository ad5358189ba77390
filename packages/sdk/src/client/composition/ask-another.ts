import { HomingError } from '@homing/protocol'

import type { InputValues } from '../../inputs/input-value.ts'
import type { PredictReply } from '../../runtime/runtime-api.ts'
import type { Asked } from '../api.ts'
import { remotePatience } from '../config.ts'
import type { Serving } from '../host-api.ts'
import type { RemoteAnswer, RemoteHook } from '../remote-hook.ts'
import type { Member } from './member.ts'

/** A reply, and who was asked instead of the model. */
export type AskedReply = PredictReply & { readonly asked?: Asked }

/** Who answers in a model's place: a model, by its calls, or the app's hook. */
export interface Others {
  readonly predict: (
    model: string,
    inputs: InputValues,
    signal: AbortSignal | undefined,
  ) => Promise<AskedReply>
  readonly remote: RemoteHook | undefined
}

/** Who is to be asked of a reply, and why; undefined where the reply stands. A batch is as sure as its least sure sample. */
function whoToAsk({ next, guards }: Serving, reply: PredictReply): Pick<Asked, 'why' | 'who'> | undefined {
  const { fallback } = guards ?? {}
  if (reply.guard?.outcome === 'fallback' && fallback?.kind === 'model')
    return { why: 'guard', who: fallback.model }
  if (reply.guard?.outcome === 'fallback' && fallback?.kind === 'remote')
    return { why: 'guard', who: 'remote hook' }
  if (next?.kind !== 'cascade' || reply.guard?.outcome === 'abstained' || reply.confidence === undefined)
    return undefined
  if (reply.confidence >= next.below) return undefined
  return { why: 'confidence', who: next.model ?? 'remote hook' }
}

/**
 * What is told in the end: the reply, or that of whoever is to be asked about it. Where nobody can answer, the first reply
 * stands as it is, with the reason: what a guard withholds stays withheld.
 */
export async function askAnother(
  { name, serving }: Member,
  inputs: InputValues,
  reply: AskedReply,
  others: Others,
  signal: AbortSignal | undefined,
): Promise<AskedReply> {
  const needed = serving()
  const asking = needed && whoToAsk(needed, reply)
  if (!asking) return reply
  const asked = { ...asking, first: reply }
  if (asking.who === 'remote hook' && !others.remote)
    return { ...reply, asked: { ...asking, answered: false } }
  try {
    const answer = await (asking.who === 'remote hook'
      ? askRemote(others.remote!, { model: name, inputs, first: reply }, signal)
      : others.predict(asking.who, inputs, signal))
    return { ...answer, asked: { ...asked, answered: true } }
  } catch (error) {
    signal?.throwIfAborted()
    return {
      ...reply,
      asked: { ...asking, answered: false, error: HomingError.from(error, 'NETWORK_FAILED').toJSON() },
    }
  }
}

/** @throws HomingError TIMEOUT, RESPONSE_UNEXPECTED; or what the hook throws. */
async function askRemote(
  hook: RemoteHook,
  { model, inputs, first }: { model: string; inputs: InputValues; first: PredictReply },
  signal: AbortSignal | undefined,
): Promise<PredictReply> {
  const control = new AbortController()
  const { version, backend, timings } = first
  let stop!: (reason: unknown) => void
  const stopped = new Promise<never>((_, reject) => (stop = reject))
  const abort = (reason: unknown): void => {
    control.abort(reason)
    stop(reason)
  }
  const onAbort = (): void => abort(signal?.reason)
  signal?.addEventListener('abort', onAbort)
  const timer = setTimeout(
    () => abort(new HomingError('TIMEOUT', `The remote hook took longer than ${remotePatience} ms.`)),
    remotePatience,
  )
  try {
    const answering = Promise.resolve(hook({ model, version, inputs, first, signal: control.signal }))
    const answer: unknown = await Promise.race([answering, stopped])
    if (typeof answer !== 'object' || answer === null)
      throw new HomingError('RESPONSE_UNEXPECTED', 'The remote hook gave no object such as { label }.')
    const { readings = [], outputs = {}, ...reading } = answer as RemoteAnswer
    return { ...reading, readings, outputs, version, backend, timings }
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

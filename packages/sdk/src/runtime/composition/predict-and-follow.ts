import { HomingError, type Manifest, type Tensor } from '@homing/protocol'

import type { HeldTensor } from '../held-tensor.ts'
import type { LoadedVersion } from '../load-version.ts'
import type { PredictReply, PredictRequest } from '../runtime-api.ts'
import type { Follower, FollowUp } from './follow-up.ts'

/** The models of one worker. */
export interface ServedModels {
  predict(model: string, request: PredictRequest, signal?: AbortSignal): Promise<PredictReply>
  /** The version that serves; undefined while it is asleep, until it is called. @throws HomingError CLOSED */
  serving(model: string): LoadedVersion | undefined
}

type Chain = Extract<FollowUp, { kind: 'chain' }>
type FanOut = Extract<FollowUp, { kind: 'fan-out' }>

/**
 * A prediction, and those of the models that follow it. Tensors pass from one to the next within the worker; on webgpu they
 * stay on the GPU.
 * @throws HomingError as `predict`; NEXT_INVALID when a model cannot take what it is passed.
 */
export async function predictAndFollow(
  models: ServedModels,
  model: string,
  { follow, ...request }: PredictRequest,
  signal?: AbortSignal,
): Promise<PredictReply> {
  switch (follow?.kind) {
    case 'chain':
      return passOn(models, model, follow, request, signal)
    case 'fan-out':
      return share(models, model, follow, request, signal)
    case undefined:
      return models.predict(model, request, signal)
  }
}

async function passOn(
  models: ServedModels,
  model: string,
  chain: Chain,
  request: PredictRequest,
  signal: AbortSignal | undefined,
): Promise<PredictReply> {
  const passed = Object.values(chain.inputs)
  const [before, taker] = [models.serving(model), models.serving(chain.model)]
  // Guards look at values; a taker that is asleep may have some.
  const holds = before?.facts.backend === 'webgpu' && taker && !taker.manifest.guards?.inputs && !chain.back
  const hold = holds ? unreadOutputs(before.manifest, passed) : []
  const asked = hold.length > 0 ? { ...request, hold } : request
  const { held = {}, ...reply } = await models.predict(model, asked, signal)
  try {
    if (reply.guard && reply.guard.outcome !== 'marked') return reply
    const tensors: Record<string, Tensor> = {}
    const lying: Record<string, HeldTensor> = {}
    for (const [input, output] of Object.entries(chain.inputs)) {
      const [there, here] = [held[output], reply.outputs[output]]
      if (there) lying[input] = there
      else if (here) tensors[input] = here
      else throw unfit(model, chain.model, `it gives no output "${output}"`)
    }
    const placed = Object.keys(lying).length > 0 ? { held: lying } : {}
    const handed = { ...turnOf(request), ...placed, inputs: tensors }
    const next = await follower(models, model, chain, handed, signal)
    const { manifest } = before ?? models.serving(model) ?? {}
    const unread = chain.back || !manifest ? [] : unreadOutputs(manifest, passed)
    const outputs =
      unread.length === 0
        ? reply.outputs
        : Object.fromEntries(Object.entries(reply.outputs).filter(([name]) => !unread.includes(name)))
    return { ...reply, outputs, next: { [chain.model]: next } }
  } finally {
    for (const tensor of Object.values(held)) tensor.release()
  }
}

async function share(
  models: ServedModels,
  model: string,
  fanOut: FanOut,
  request: PredictRequest,
  signal: AbortSignal | undefined,
): Promise<PredictReply> {
  const { encoded, ...reply } = await models.predict(model, { ...request, share: true }, signal)
  const handed = { ...turnOf(request), inputs: encoded! }
  const replies = fanOut.models.map(
    async (other) => [other.model, await follower(models, model, other, handed, signal)] as const,
  )
  return { ...reply, next: Object.fromEntries(await Promise.all(replies)) }
}

/** What of a request goes for those that follow it too. */
function turnOf({ now, priority, expires, batch }: PredictRequest): Omit<PredictRequest, 'inputs'> {
  return {
    now,
    ...(priority === undefined ? {} : { priority }),
    ...(expires === undefined ? {} : { expires }),
    ...(batch === undefined ? {} : { batch }),
  }
}

/** What a model cannot take is the fault of whoever named it, not of the caller's inputs. */
async function follower(
  models: ServedModels,
  from: string,
  { model, follow }: Follower,
  handed: PredictRequest,
  signal: AbortSignal | undefined,
): Promise<PredictReply> {
  try {
    return await predictAndFollow(models, model, follow ? { ...handed, follow } : handed, signal)
  } catch (thrown) {
    const error = HomingError.from(thrown)
    throw error.code.startsWith('INPUT_') ? unfit(from, model, error.message, error) : error
  }
}

function unfit(from: string, to: string, problem: string, cause?: HomingError): HomingError {
  return new HomingError('NEXT_INVALID', `Model ${to} cannot run after ${from}: ${problem}`, {
    details: { path: [from, to] },
    ...(cause ? { cause } : {}),
  })
}

/** Those of the outputs that neither the pipeline nor the guards of a version look at. */
function unreadOutputs({ pipeline, guards }: Manifest, names: readonly string[]): string[] {
  const readings = (pipeline?.outputs ?? []).map(({ tensor }) => tensor)
  const ruled = (guards?.outputs ?? []).flatMap((rule) =>
    rule.kind === 'order' ? [rule.output, rule.atMost] : [rule.output],
  )
  const read = new Set([...readings, ...ruled])
  return [...new Set(names)].filter((name) => !read.has(name))
}

import { type Engine, HomingError } from '@homing/protocol'
import { transfer } from 'comlink'

import type { Explanation, ExplainReply, ExplainSettings } from '../runtime/explanation-api.ts'
import type { ExplainRequest, PredictReply, PredictRequest } from '../runtime/runtime-api.ts'
import type { PageSession } from './page-session.ts'
import type { RepeatedCalls } from './repeated-calls.ts'
import type { RetainedInputs } from './retained-inputs.ts'
import type { SentInputs } from './sent-inputs.ts'

/** What an explanation needs of the calls of its model. */
export interface ExplainedModel {
  readonly name: string
  readonly session: PageSession
  /** The engine that serves, and the request for it. */
  readonly prepare: (inputs: RetainedInputs['inputs']) => Promise<PreparedCall>
  readonly sent: (retained: RetainedInputs) => Promise<SentInputs>
  readonly predictOnce: (retained: RetainedInputs, signal: AbortSignal | undefined) => Promise<PredictReply>
  readonly repeated: RepeatedCalls
}

/** A call that may leave. */
export interface PreparedCall {
  readonly engine: Engine
  readonly request: PredictRequest
  /** Has a call judged where it takes long. */
  readonly watched: <T>(call: Promise<T>) => Promise<T>
}

/** Explains what the serving version says; its graph is fetched where the worker lacks it. */
export function explainCall(
  model: ExplainedModel,
  retained: RetainedInputs,
  settings: ExplainSettings,
  signal: AbortSignal | undefined,
): Promise<Explanation> {
  return model.repeated(async () => {
    try {
      return await explainOnce(model, retained, settings, signal)
    } catch (error) {
      if (HomingError.from(error).code !== 'ENGINE_FAILED') throw error
      await model.predictOnce(retained, signal) // finds out whether the backend broke, and has it replaced
      return explainOnce(model, retained, settings, signal)
    }
  })
}

async function explainOnce(
  { name, session, prepare, sent }: ExplainedModel,
  retained: RetainedInputs,
  settings: ExplainSettings,
  signal: AbortSignal | undefined,
): Promise<Explanation> {
  const explain = async (): Promise<ExplainReply> => {
    const { inputs, transfer: move } = await sent(retained)
    const asked: ExplainRequest = { ...request, inputs, settings }
    return watched(runtime.explain(name, transfer(asked, [...move]), signal))
  }
  const { engine, request, watched } = await prepare(retained.inputs)
  const runtime = await session.engine(engine)
  const reply = await explain()
  if (!('needs' in reply)) return reply
  const files = await (await session.host()).sectionFiles(name, 'explanation', signal)
  await runtime.loadExplanation(name, transfer(files, [files.graph.buffer, files.parameters.buffer]))
  const explained = await explain()
  if (!('needs' in explained)) return explained
  throw new HomingError('CLOSED', `The version of ${name} that was to be explained gave way to another.`)
}

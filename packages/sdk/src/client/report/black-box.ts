import { HomingError, type ReportedCall } from '@homing/protocol'

import type { PredictReply } from '../../runtime/runtime-api.ts'
import type { Prediction } from '../api.ts'
import type { Serving } from '../host-api.ts'
import { loadedTakers } from '../loaded-takers.ts'
import type { PageInput } from '../page-input.ts'
import { present } from '../present.ts'
import type { ModelStatus } from '../status-api.ts'
import type { BlackBoxOptions } from './black-box-options.ts'
import { defaultLoggedCalls, maxKeptInputs } from './config.ts'
import type { KeptValues, WithheldBecause } from './kept-values.ts'
import { predictionIds } from './prediction-ids.ts'

/** A call as it is kept: its inputs are read only once somebody asks. */
export interface LoggedCall extends Omit<ReportedCall, 'inputs' | 'outputs' | 'withheld'> {
  /** `performance.now()` when it was made. */
  readonly began: number
  kept?: Promise<KeptValues> | undefined
}

/** What a call is noted with. */
export interface WatchedCall {
  readonly status: Pick<ModelStatus, 'model' | 'version' | 'backend' | 'precision'>
  readonly serving: Pick<Serving, 'windows' | 'next'> | undefined
  readonly inputs: Readonly<Record<string, PageInput>>
  readonly transfer: boolean
}

/** What a model tells its black box. */
export interface Watching {
  /** Makes a call, names it, and notes how it went. */
  readonly watch: (about: WatchedCall, call: () => Promise<PredictReply>) => Promise<Prediction>
  /** Another version has come to serve. */
  readonly loaded: (status: ModelStatus) => void
}

/** The latest calls of a page. */
export interface BlackBox extends Pick<Watching, 'watch'> {
  /** The latest last, and how many are no longer there. */
  readonly calls: () => { readonly calls: readonly LoggedCall[]; readonly dropped: number }
}

/** Errors that say nothing about a model. */
const ordinary: ReadonlySet<string> = new Set(['ABORTED', 'CLOSED'])

/** A ring of calls in the page's memory. `onCall` is told of every one. */
export function createBlackBox(
  { calls: size = defaultLoggedCalls, inputs: consent = 'none' }: BlackBoxOptions = {},
  onCall: (call: LoggedCall) => void,
): BlackBox {
  const ring: LoggedCall[] = []
  const keeping: LoggedCall[] = []
  const nextId = predictionIds()
  let next = 0
  const note = (call: LoggedCall): void => {
    if (size > 0) ring[next++ % size] = call
    if (call.kept && keeping.push(call) > maxKeptInputs) keeping.shift()!.kept = because('gone')
    onCall(call)
  }
  return {
    watch(about, call) {
      const [began, time] = [performance.now(), Date.now()]
      const { model, version, backend, precision } = about.status
      const early = consent === 'all' ? keep(about) : undefined
      const base = () => ({
        model,
        ...present({ version, backend, precision }),
        began,
        time,
        duration: performance.now() - began,
      })
      return call().then(
        (reply) => {
          const { timings, outputs } = reply
          const predictionId = nextId()
          const kept = early && answered(early, structuredClone(outputs)) // what was answered is the caller's
          note({
            ...base(),
            version: reply.version,
            backend: reply.backend,
            timings,
            id: predictionId,
            ...(kept && { kept }),
          })
          return { ...reply, predictionId }
        },
        (thrown: unknown) => {
          const { code, message } = HomingError.from(thrown, 'ENGINE_FAILED')
          const wanted = consent !== 'none' && !ordinary.has(code)
          const kept = wanted ? (early ?? (about.transfer ? because('moved') : keep(about))) : undefined
          note({ ...base(), error: consent === 'none' ? { code } : { code, message }, ...(kept && { kept }) })
          throw thrown
        },
      )
    },
    calls() {
      const start = next > size ? next % size : 0
      return { calls: [...ring.slice(start), ...ring.slice(0, start)], dropped: next - ring.length }
    },
  }
}

/** What is kept of a call's inputs; copied before the caller can change them. */
async function keep({ inputs, serving }: WatchedCall): Promise<KeptValues> {
  if (serving && serving.windows.length > 0) return because('events')
  if (serving?.next) return because('together')
  const retained = loadedTakers().retainInputs(inputs, false)
  return (await import('./kept-values.ts')).keptValues(retained)
}

/** Inputs with what was answered. */
async function answered(inputs: Promise<KeptValues>, outputs: PredictReply['outputs']): Promise<KeptValues> {
  const { withOutputs } = await import('./kept-values.ts')
  return withOutputs(await inputs, outputs)
}

async function because(reason: WithheldBecause): Promise<KeptValues> {
  return { withheld: (await import('./kept-values.ts')).withheld[reason] }
}

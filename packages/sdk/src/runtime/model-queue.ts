import { HomingError } from '@homing/protocol'

import type { LoadedVersion } from './load-version.ts'
import { type QueuedCall, queuedCall } from './queued-call.ts'
import { type CallEnd, runCall } from './run-call.ts'
import { firstPredictions } from './config.ts'
import type { BackendFault, PredictReply, PredictRequest } from './runtime-api.ts'
import type { Turns } from './turns.ts'

/** Who is told what happens in a queue. */
export interface QueueListener {
  /** Something failed on a valid call; false when nobody listens. */
  fault(fault: BackendFault): boolean
  /** The loaded version has answered its first predictions. */
  proven(model: string, instance: number): void
}

/** The calls of one model: one runs at a time, in order, each on the version that serves when it starts. */
export class ModelQueue {
  readonly #model: string
  readonly #turns: Turns
  readonly #tell: QueueListener
  readonly #waiting: QueuedCall[] = []
  #current: QueuedCall | undefined
  #currentEnd: Promise<void> = Promise.resolve()
  #serving: LoadedVersion | undefined
  /** After a fault: the queue waits for `serve` or `giveUp`, the failed call at its head unless it was aborted. */
  #fault: { readonly call: QueuedCall } | undefined
  #closed = false
  /** Predictions that the serving version has answered since it was loaded. */
  #answered = 0

  constructor(model: string, turns: Turns, tell: QueueListener) {
    this.#model = model
    this.#turns = turns
    this.#tell = tell
  }

  /** Whether `instance` serves. */
  serves(instance: number): boolean {
    return this.#serving?.facts.instance === instance
  }

  /** The version that serves. */
  get serving(): LoadedVersion | undefined {
    return this.#serving
  }

  /** Serves `version` from the next call on. Returns the one before, and a promise of its last call's end. */
  serve(version: LoadedVersion): { before: LoadedVersion | undefined; idle: Promise<unknown> } {
    const before = this.#serving
    this.#serving = version
    this.#answered = 0
    this.#resume()
    return { before, idle: this.#currentEnd }
  }

  /** Queues a call. Rejects with INPUT_*, ENGINE_FAILED, ABORTED or CLOSED. */
  predict(request: PredictRequest, signal: AbortSignal | undefined): Promise<PredictReply> {
    const call = queuedCall(request, signal, (aborted) => this.#leave(aborted))
    if (this.#closed) call.settle({ kind: 'refused', error: this.#closedError() })
    if (!call.settled) this.#waiting.push(call)
    this.#drain()
    return call.promise
  }

  /** Whether `version` answers the call that failed, which goes on waiting for `serve` or `giveUp`. */
  async answersFailed(version: LoadedVersion): Promise<boolean> {
    const failed = this.#fault?.call
    if (!failed || failed.settled) return false
    return (await runCall(failed, version, this.#turns)).kind === 'done'
  }

  /** Ends the wait after a fault: the failed call rejects with `error`. */
  giveUp(error: HomingError): void {
    if (!this.#fault) return
    const { call } = this.#fault
    call.settle({ kind: 'refused', error })
    this.#leave(call)
    this.#resume()
  }

  /** Rejects every call with CLOSED. Returns the version that served, and a promise of its last call's end. */
  close(): { before: LoadedVersion | undefined; idle: Promise<unknown> } {
    this.#closed = true
    const error = this.#closedError()
    this.#current?.settle({ kind: 'refused', error })
    for (const call of this.#waiting.splice(0)) call.settle({ kind: 'refused', error })
    return { before: this.#serving, idle: this.#currentEnd }
  }

  #leave(call: QueuedCall): void {
    const place = this.#waiting.indexOf(call)
    if (place >= 0) this.#waiting.splice(place, 1)
  }

  #resume(): void {
    this.#fault = undefined
    this.#drain()
  }
  #drain(): void {
    const version = this.#serving
    if (this.#current || this.#fault || !version) return
    const call = this.#waiting.shift()
    if (!call) return
    this.#current = call
    this.#currentEnd = runCall(call, version, this.#turns).then((end) => {
      this.#current = undefined
      this.#finish(call, version, end)
      this.#drain()
    })
  }

  #finish(call: QueuedCall, version: LoadedVersion, end: CallEnd): void {
    const { facts, remaining } = version
    const serves = this.#serving === version
    if (end.kind === 'done' && serves && ++this.#answered === firstPredictions)
      this.#tell.proven(this.#model, facts.instance)
    const doubt = this.#doubted(end) && serves && !call.settled
    if (end.kind !== 'broken' && !doubt) {
      call.settle(end)
      return
    }
    if (this.#closed) return
    if (!call.settled) this.#waiting.unshift(call)
    if (!serves) return // a switch came in between: the call is repeated there
    this.#fault = { call }
    const fault = {
      model: this.#model,
      instance: facts.instance,
      backend: facts.backend,
      error: end.error.toJSON(),
      doubt,
      remaining,
    }
    if (!this.#tell.fault(fault)) this.giveUp(end.error)
  }

  /** An engine that fails on values which the signature allows, and not on zeros: until a version is proven, it may be it. */
  #doubted(end: CallEnd): end is Exclude<CallEnd, { kind: 'done' }> {
    return end.kind === 'refused' && end.error.code === 'ENGINE_FAILED' && this.#answered < firstPredictions
  }

  #closedError(): HomingError {
    return new HomingError('CLOSED', `The model ${this.#model} was closed.`)
  }
}

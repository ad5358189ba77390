import { HomingError } from '@homing/protocol'

import type { LoadedVersion } from './load-version.ts'
import { type QueuedCall, queuedCall } from './queued-call.ts'
import { type CallEnd, runCall } from './run-call.ts'
import type { BackendFault, PredictReply, PredictRequest } from './runtime-api.ts'
import type { Turns } from './turns.ts'

/** The calls of one model: one runs at a time, in order, each on the version that serves when it starts. */
export class ModelQueue {
  readonly #model: string
  readonly #turns: Turns
  /** Tells of a broken backend; false when nobody listens. */
  readonly #tellFault: (fault: BackendFault) => boolean
  readonly #waiting: QueuedCall[] = []
  #current: QueuedCall | undefined
  #currentEnd: Promise<void> = Promise.resolve()
  #serving: LoadedVersion | undefined
  /** After a fault: the queue waits for `serve` or `giveUp`, the failed call at its head unless it was aborted. */
  #fault: { readonly call: QueuedCall } | undefined
  #closed = false

  constructor(model: string, turns: Turns, tellFault: (fault: BackendFault) => boolean) {
    this.#model = model
    this.#turns = turns
    this.#tellFault = tellFault
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
    if (end.kind !== 'broken') {
      call.settle(end)
      return
    }
    if (this.#closed) return
    if (!call.settled) this.#waiting.unshift(call)
    if (this.#serving !== version) return // a switch came in between: the call is repeated there
    this.#fault = { call }
    const { facts, remaining } = version
    const fault = {
      model: this.#model,
      instance: facts.instance,
      backend: facts.backend,
      error: end.error.toJSON(),
      remaining,
    }
    if (!this.#tellFault(fault)) this.giveUp(end.error)
  }

  #closedError(): HomingError {
    return new HomingError('CLOSED', `The model ${this.#model} was closed.`)
  }
}

import { HomingError } from '@homing/protocol'

import { taskTurn } from '../transport/task-turn.ts'
import { firstPredictions } from './config.ts'
import type { LoadedVersion } from './load-version.ts'
import { type QueuedCall, queuedCall } from './queued-call.ts'
import { type Call, type CallEnd, runCall } from './run-call.ts'
import type { BackendFault, PredictReply, PredictRequest } from './runtime-api.ts'
import { hasBatchAxis } from './schedule/batch-axis.ts'
import { type BatchState, batchState } from './schedule/batch-state.ts'
import { isLate } from './schedule/is-late.ts'
import { patienceOf } from './schedule/patience.ts'
import { callRunner, type RunCalls } from './schedule/run-calls.ts'
import { waitingLine } from './schedule/waiting-line.ts'
import type { Turns } from './turns.ts'

/** Who is told what happens in a queue. */
export interface QueueListener {
  /** Something failed on a valid call; false when nobody listens. */
  fault(fault: BackendFault): boolean
  /** The loaded version has answered its first predictions. */
  proven(model: string, instance: number): void
  /** A call waits, and no version serves. */
  wanted(model: string): void
  /** A call was answered, or refused for good. */
  ended(version: LoadedVersion, call: Call, end: CallEnd): void
}

/**
 * The calls of one model: one run at a time, on the version that serves when it starts. What has piled up while the last
 * run was under way shares the next one, where the version can.
 */
export class ModelQueue {
  readonly #model: string
  readonly #turns: Turns
  readonly #tell: QueueListener
  readonly #line = waitingLine()
  readonly #taskTurn = taskTurn()
  readonly #runCalls: RunCalls
  #running: readonly QueuedCall[] = []
  #runEnd: Promise<void> = Promise.resolve()
  /** From the start of a run until the next one may start. */
  #busy = false
  /** Whether a look at the line is due at the end of this task. */
  #draining = false
  #waiting: ReturnType<typeof setTimeout> | undefined
  #serving: LoadedVersion | undefined
  #batches: BatchState = batchState(false)
  /** After a fault: the queue waits for `serve` or `giveUp`, the failed call at its head unless it was aborted. */
  #fault: { readonly call: QueuedCall } | undefined
  #closed = false
  /** Predictions that the serving version has answered since it was loaded. */
  #answered = 0

  constructor(model: string, turns: Turns, tell: QueueListener) {
    this.#model = model
    this.#turns = turns
    this.#runCalls = callRunner(turns)
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

  /** Serves `version` from the next run on. Returns the one before, and a promise of its last run's end. */
  serve(version: LoadedVersion): { before: LoadedVersion | undefined; idle: Promise<unknown> } {
    const before = this.#serving
    this.#serving = version
    this.#batches = batchState(hasBatchAxis(version.manifest.signature))
    this.#answered = 0
    this.#resume()
    return { before, idle: this.#runEnd }
  }

  /** Serves nothing after the run that is under way: calls wait for `serve`. Returns as `serve` does. */
  sleep(): { before: LoadedVersion | undefined; idle: Promise<unknown> } {
    const before = this.#serving
    this.#serving = undefined
    this.#drain() // of calls that wait already
    return { before, idle: this.#runEnd }
  }

  /** Queues a call. Rejects with INPUT_*, ENGINE_FAILED, ABORTED, DEADLINE_PASSED or CLOSED. */
  predict(request: PredictRequest, signal: AbortSignal | undefined): Promise<PredictReply> {
    const call = queuedCall(request, signal, (aborted) => this.#line.remove(aborted))
    if (this.#closed) call.settle({ kind: 'refused', error: this.#closedError() })
    if (!call.settled) this.#line.add(call)
    this.#drainSoon()
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
    this.#line.remove(call)
    this.#resume()
  }

  /** Rejects every call with CLOSED. Returns the version that served, and a promise of its last run's end. */
  close(): { before: LoadedVersion | undefined; idle: Promise<unknown> } {
    this.#closed = true
    clearTimeout(this.#waiting)
    const error = this.#closedError()
    for (const call of [...this.#running, ...this.#line.clear()]) call.settle({ kind: 'refused', error })
    return { before: this.#serving, idle: this.#runEnd }
  }

  #resume(): void {
    this.#fault = undefined
    this.#drain()
  }

  /** Calls that come in one task find each other. */
  #drainSoon(): void {
    if (this.#busy || this.#draining) return
    this.#draining = true
    queueMicrotask(() => {
      this.#draining = false
      this.#drain()
    })
  }

  /** Starts the next run, if nothing stands in its way. `flowing`: the calls came while the last run was under way. */
  #drain(flowing = false): void {
    const version = this.#serving
    if (this.#busy || this.#fault || this.#closed) return
    if (!version) {
      if (this.#line.size > 0) this.#tell.wanted(this.#model)
      return
    }
    const patient = flowing || this.#waiting !== undefined // a call that comes meanwhile ends no other's wait
    if (this.#waiting !== undefined) clearTimeout(this.#waiting)
    this.#waiting = undefined
    const { next } = this.#line
    if (!next) return
    const most = this.#batches.most(next.request.batch)
    const patience = patient && this.#line.size < most ? patienceOf(next) : 0
    if (patience > 0) {
      this.#waiting = setTimeout(() => {
        this.#waiting = undefined
        this.#drain()
      }, patience)
      return
    }
    const calls = this.#line.take(most).filter((call) => !isLate(call))
    if (calls.length > 0) this.#start(calls, version, most)
    else this.#drain(flowing)
  }

  #start(calls: readonly QueuedCall[], version: LoadedVersion, most: number): void {
    this.#busy = true
    this.#running = calls
    this.#runEnd = this.#runCalls(calls, version, this.#batches, most).then((ends) => {
      this.#running = []
      const unanswered = calls.filter((call, index) => ends[index] === undefined && !call.settled)
      if (!this.#closed) this.#line.putBack(unanswered)
      calls.forEach((call, index) => {
        const end = ends[index]
        if (end) this.#finish(call, version, end)
      })
    })
    void this.#runEnd
      .then(() => (this.#line.size > 0 ? this.#taskTurn() : undefined)) // calls, aborts and versions that came meanwhile are heard first
      .then(() => {
        this.#busy = false
        this.#drain(true)
      })
  }

  #finish(call: QueuedCall, version: LoadedVersion, end: CallEnd): void {
    const { facts, remaining } = version
    const serves = this.#serving === version
    if (end.kind === 'done' && serves && ++this.#answered === firstPredictions)
      this.#tell.proven(this.#model, facts.instance)
    const doubt = this.#doubted(end) && serves && !call.settled
    if (end.kind !== 'broken' && !doubt) {
      const measured = !call.settled
      call.settle(end)
      if (measured) this.#tell.ended(version, call, end)
      return
    }
    if (this.#closed) return
    call.alone = true
    if (!call.settled) this.#line.putBack([call])
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

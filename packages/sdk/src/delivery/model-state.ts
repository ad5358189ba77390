import type { HomingErrorData } from '@homing/protocol'

/** How far the way to a version is; `empty` means that none is on its way. */
export type Step =
  | { readonly name: 'empty' }
  | { readonly name: 'checking' }
  | {
      readonly name: 'downloading'
      readonly version: string
      readonly loaded: number
      readonly total: number
    }
  /** A download that waits for a connection that costs nothing. */
  | { readonly name: 'paused'; readonly version: string; readonly loaded: number; readonly total: number }
  | { readonly name: 'staged'; readonly version: string }
  | { readonly name: 'probing'; readonly version: string }
  | { readonly name: 'failed'; readonly error: HomingErrorData }

/** Where a model stands on this device. From `active`, an update takes the same steps beside the serving version. */
export type Lifecycle =
  | { readonly name: 'opening'; readonly step: Step }
  | { readonly name: 'active'; readonly version: string; readonly update: Step }
  | { readonly name: 'closed' }

/** What happens to a model. An event that does not fit the present step came too late and changes nothing. */
export type LifecycleEvent =
  /** A look for a version begins. */
  | { readonly type: 'check' }
  /** The look found nothing newer, or a download that was shown was another tab's and has ended. */
  | { readonly type: 'current' }
  /** A version is to be downloaded; `loaded` bytes of it are there. */
  | { readonly type: 'download'; readonly version: string; readonly loaded: number; readonly total: number }
  /** The download stands still, for what the connection costs. */
  | { readonly type: 'pause'; readonly version: string; readonly loaded: number; readonly total: number }
  /** Every byte of the version is there: it was downloaded, or was on the device before. */
  | { readonly type: 'staged'; readonly version: string }
  /** An engine loads the staged version. */
  | { readonly type: 'probe'; readonly version: string }
  /** The version that was probed serves from now on. */
  | { readonly type: 'activated'; readonly version: string }
  /** The version that served until its worker died serves again; what is on its way goes on. */
  | { readonly type: 'restored'; readonly version: string }
  /** A version that served before takes over from one that failed; what is on its way goes on. */
  | { readonly type: 'reverted'; readonly version: string }
  | { readonly type: 'failed'; readonly error: HomingErrorData }
  | { readonly type: 'close' }

/** A model of which nothing is known yet. */
export const unopened: Lifecycle = { name: 'opening', step: { name: 'empty' } }

/** The state after `event`; the same object when nothing changes. `active` is never lost but to `closed`, which absorbs. */
export function transition(state: Lifecycle, event: LifecycleEvent): Lifecycle {
  if (state.name === 'closed') return state
  if (event.type === 'close') return { name: 'closed' }
  const before = state.name === 'active' ? state.update : state.step
  if (event.type === 'activated') {
    const proven = before.name === 'probing' && before.version === event.version
    return proven ? { name: 'active', version: event.version, update: { name: 'empty' } } : state
  }
  if (event.type === 'restored') {
    if (state.name === 'active') return state
    return { name: 'active', version: event.version, update: isIdle(before) ? { name: 'empty' } : before }
  }
  if (event.type === 'reverted') {
    if (state.name !== 'active' || state.version === event.version) return state
    return { ...state, version: event.version }
  }
  const after = nextStep(before, event)
  if (after === before) return state
  return state.name === 'active' ? { ...state, update: after } : { ...state, step: after }
}

type StepEvent = Exclude<LifecycleEvent, { type: 'activated' | 'restored' | 'reverted' | 'close' }>

function nextStep(step: Step, event: StepEvent): Step {
  switch (event.type) {
    case 'check':
      return isIdle(step) ? { name: 'checking' } : step
    case 'current':
      return ['checking', 'downloading', 'paused'].includes(step.name) ? { name: 'empty' } : step
    case 'download':
      return mayDownload(step, event) ? { name: 'downloading', ...bytesOf(event) } : step
    case 'pause':
      return mayPause(step, event) ? { name: 'paused', ...bytesOf(event) } : step
    case 'staged':
      return mayStage(step, event.version) ? { name: 'staged', version: event.version } : step
    case 'probe':
      return step.name === 'staged' && step.version === event.version
        ? { name: 'probing', version: event.version }
        : step
    case 'failed':
      return step.name === 'empty' ? step : { name: 'failed', error: event.error }
  }
}

function bytesOf({ version, loaded, total }: Extract<StepEvent, { type: 'download' | 'pause' }>) {
  return { version, loaded, total }
}

/** A look begins a download; further events of the same version tell of its progress, which never falls. */
function mayDownload(step: Step, { version, loaded }: Extract<StepEvent, { type: 'download' }>): boolean {
  if (step.name === 'downloading') return step.version === version && loaded > step.loaded
  if (step.name === 'paused') return step.version === version && loaded >= step.loaded
  return step.name === 'checking' || isIdle(step)
}

function mayPause(step: Step, { version, loaded }: Extract<StepEvent, { type: 'pause' }>): boolean {
  if (step.name === 'downloading') return step.version === version && loaded >= step.loaded
  return step.name === 'checking' || isIdle(step)
}

/** A stored version needs no download; a staged one is replaced by a newer one before an engine loads it. */
function mayStage(step: Step, version: string): boolean {
  if (step.name === 'downloading' || step.name === 'paused') return step.version === version
  return step.name !== 'probing' && !(step.name === 'staged' && step.version === version)
}

function isIdle(step: Step): boolean {
  return step.name === 'empty' || step.name === 'failed'
}

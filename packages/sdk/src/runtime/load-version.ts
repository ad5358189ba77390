import { type CompiledPipeline, loadPipeline } from '@homing/pipeline'
import { HomingError, type Manifest, type Signature } from '@homing/protocol'

import { since } from './clock.ts'
import type { EngineSession, InferenceEngine, StartedBackend } from './engine.ts'
import type { VersionGuards } from './guards/version-guards.ts'
import { faultPoint } from '../faults/fault-point.ts'
import type { Backend, BackendFallback } from '../libraries/backend.ts'
import { noBackend } from '../libraries/no-backend.ts'
import type { ProbeFiles, ProbeReport } from './probe-api.ts'
import type { LoadedFacts, LoadRequest } from './runtime-api.ts'
import { type SessionUse, withUse } from './session-use.ts'
import type { Turns } from './turns.ts'
import { zeroInputs } from './zero-inputs.ts'

/** A version in memory, able to serve. */
export interface LoadedVersion {
  readonly manifest: Manifest
  readonly pipeline: CompiledPipeline
  /** Where the version declares any, or a cascade. */
  readonly guards?: VersionGuards
  readonly session: EngineSession
  readonly use: SessionUse
  readonly facts: LoadedFacts
  /** Backends of the request after the one that serves. */
  readonly remaining: readonly Backend[]
}

/** Loads a version on the first of its backends that starts, loads it, runs it, and gives what its probes want. */
export async function loadVersion(
  engine: InferenceEngine,
  turns: Turns,
  request: LoadRequest,
  instance: number,
  onAttempt: (backend: Backend) => void,
  readProbes?: () => Promise<ProbeFiles>,
): Promise<LoadedVersion> {
  const { manifest, backends, proven = [] } = request
  const pipeline = await loadPipeline(manifest.pipeline, manifest.signature)
  const guards = await guardsOf(manifest)
  const fallbacks: BackendFallback[] = []
  const errors: HomingError[] = []
  for (const [index, backend] of backends.entries()) {
    onAttempt(backend)
    const tried = await turns(() => tryBackend(engine, backend, request))
    const engineVersion = await engine.version()
    const isProven = proven.some(
      (proof) => proof.backend === backend && proof.engineVersion === engineVersion,
    )
    const attempt =
      'session' in tried && manifest.probes && readProbes && !isProven
        ? await prove(tried, manifest, turns, readProbes)
        : tried
    if ('session' in attempt) {
      const { session, threads, threadsReason, timings, probe } = attempt
      const facts: LoadedFacts = {
        instance,
        engine: engine.name,
        engineVersion,
        backend,
        threads,
        ...(threadsReason === undefined ? {} : { threadsReason }),
        fallbacks,
        timings,
        ...(probe ? { probe } : {}),
      }
      return {
        manifest,
        pipeline,
        ...(guards ? { guards } : {}),
        ...withUse(session),
        facts,
        remaining: backends.slice(index + 1),
      }
    }
    const { stage, error } = attempt
    errors.push(error)
    fallbacks.push({ backend, stage, code: error.code, reason: error.message })
  }
  throw noBackend('run', manifest, fallbacks, errors)
}

interface Ready extends Pick<StartedBackend, 'threads' | 'threadsReason'> {
  readonly session: EngineSession
  readonly timings: LoadedFacts['timings']
  readonly probe?: ProbeReport
}

type Attempt = Ready | { stage: BackendFallback['stage']; error: HomingError }

async function tryBackend(
  engine: InferenceEngine,
  backend: Backend,
  { manifest, graph, parameters }: LoadRequest,
): Promise<Attempt> {
  let stage: BackendFallback['stage'] = 'start'
  let session: EngineSession | undefined
  try {
    let mark = performance.now()
    faultPoint('backend-starting')
    const { threads, threadsReason, ...started } = await engine.start(backend)
    const start = since(mark)
    stage = 'load'
    mark = performance.now()
    faultPoint('model-loading')
    session = await started.load(manifest, { graph, parameters })
    const load = since(mark)
    stage = 'run'
    mark = performance.now()
    faultPoint('first-run')
    await firstRun(session, manifest.signature)
    const timings = { start, load, firstRun: since(mark) }
    return { session, timings, threads, ...(threadsReason === undefined ? {} : { threadsReason }) }
  } catch (error) {
    await session?.release().catch(() => undefined) // the reason to tell is the first one
    return { stage, error: HomingError.from(error, 'ENGINE_FAILED') }
  }
}

/** Other models run between the probes. @throws HomingError PROBE_INVALID, and those of reading: no backend is to blame. */
async function prove(
  ready: Ready,
  manifest: Manifest,
  turns: Turns,
  readProbes: () => Promise<ProbeFiles>,
): Promise<Attempt> {
  const { session } = ready
  let files: ProbeFiles | undefined
  try {
    files = await readProbes()
    const { proveSession } = await import('./probe/prove-session.ts') // no part of a warm start
    const probe = await proveSession(manifest, files, (inputs) => turns(() => session.run(inputs)))
    return { ...ready, probe }
  } catch (thrown) {
    await turns(() => session.release()).catch(() => undefined) // the reason to tell is the first one
    const error = HomingError.from(thrown, 'ENGINE_FAILED')
    if (!files || error.code === 'PROBE_INVALID') throw error
    return { stage: 'probe', error }
  }
}

/**
 * Runs the session on zeros, so that shaders are compiled and a backend that cannot run is found out now. Where the
 * signature has dynamic dimensions, 1 may be a size that the model cannot take: such a failure proves nothing.
 */
async function firstRun(session: EngineSession, signature: Signature): Promise<void> {
  try {
    await session.run(zeroInputs(signature))
  } catch (error) {
    const dynamic = signature.inputs.some(({ shape }) => shape.some((dim) => typeof dim === 'string'))
    const unsupported = error instanceof HomingError && error.code === 'OPERATOR_UNSUPPORTED'
    if (!dynamic || unsupported) throw error
  }
}

/** Few versions have any: what checks them is no part of an ordinary cold start. */
async function guardsOf(manifest: Manifest): Promise<VersionGuards | undefined> {
  if (!manifest.guards && manifest.next?.kind !== 'cascade') return undefined
  return (await import('./guards/version-guards.ts')).versionGuards(manifest)
}

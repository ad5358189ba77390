import { compilePipeline, type CompiledPipeline } from '@homing/pipeline'
import { HomingError, type Manifest, type Signature } from '@homing/protocol'

import { since } from './clock.ts'
import type { EngineSession, InferenceEngine, StartedBackend } from './engine.ts'
import type { Backend, BackendFallback } from '../libraries/backend.ts'
import { noBackend } from '../libraries/no-backend.ts'
import type { LoadedFacts, LoadRequest } from './runtime-api.ts'
import type { Turns } from './turns.ts'
import { zeroInputs } from './zero-inputs.ts'

/** A version in memory, able to serve. */
export interface LoadedVersion {
  readonly manifest: Manifest
  readonly pipeline: CompiledPipeline
  readonly session: EngineSession
  readonly facts: LoadedFacts
  /** Backends of the request after the one that serves. */
  readonly remaining: readonly Backend[]
}

/** Loads a version on the first of its backends that starts, loads it and runs it. */
export async function loadVersion(
  engine: InferenceEngine,
  turns: Turns,
  request: LoadRequest,
  instance: number,
): Promise<LoadedVersion> {
  const { manifest, backends } = request
  const pipeline = compilePipeline(manifest.pipeline, manifest.signature)
  const fallbacks: BackendFallback[] = []
  const errors: HomingError[] = []
  for (const [index, backend] of backends.entries()) {
    const attempt = await turns(() => tryBackend(engine, backend, request))
    if ('session' in attempt) {
      const { session, threads, threadsReason, timings } = attempt
      const facts: LoadedFacts = {
        instance,
        engine: engine.name,
        engineVersion: await engine.version(),
        backend,
        threads,
        ...(threadsReason === undefined ? {} : { threadsReason }),
        fallbacks,
        timings,
      }
      return { manifest, pipeline, session, facts, remaining: backends.slice(index + 1) }
    }
    const { stage, error } = attempt
    errors.push(error)
    fallbacks.push({ backend, stage, code: error.code, reason: error.message })
  }
  throw noBackend('run', manifest, fallbacks, errors)
}

type Attempt =
  | ({ session: EngineSession; timings: LoadedFacts['timings'] } & Pick<
      StartedBackend,
      'threads' | 'threadsReason'
    >)
  | { stage: BackendFallback['stage']; error: HomingError }

async function tryBackend(
  engine: InferenceEngine,
  backend: Backend,
  { manifest, graph, parameters }: LoadRequest,
): Promise<Attempt> {
  let stage: BackendFallback['stage'] = 'start'
  let session: EngineSession | undefined
  try {
    let mark = performance.now()
    const { threads, threadsReason, ...started } = await engine.start(backend)
    const start = since(mark)
    stage = 'load'
    mark = performance.now()
    session = await started.load(manifest, { graph, parameters })
    const load = since(mark)
    stage = 'run'
    mark = performance.now()
    await firstRun(session, manifest.signature)
    const timings = { start, load, firstRun: since(mark) }
    return { session, timings, threads, ...(threadsReason === undefined ? {} : { threadsReason }) }
  } catch (error) {
    await session?.release().catch(() => undefined) // the reason to tell is the first one
    return { stage, error: HomingError.from(error, 'ENGINE_FAILED') }
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

import { checkInputs, isTensor } from '@homing/pipeline'
import { HomingError, type TableInput } from '@homing/protocol'

import { contextOf, requireEvents } from '../call-context.ts'
import { since } from '../clock.ts'
import type { EngineSession, InferenceEngine } from '../engine.ts'
import type { ExplainReply, ExplanationFiles } from '../explanation-api.ts'
import type { LoadedVersion } from '../load-version.ts'
import type { ExplainRequest } from '../runtime-api.ts'
import { nextTask } from '../../transport/next-task.ts'
import { createTurns, type Turns } from '../turns.ts'
import { checkSettings } from './check-settings.ts'
import { engineGradients } from './engine-gradients.ts'
import type { ExplainContext } from './explain-context.ts'
import { explainRow } from './explain-row.ts'
import { explainTensors } from './explain-tensors.ts'
import { asExplained, graphGradients } from './graph-gradients.ts'
import type { GradientSource } from './gradient-source.ts'
import { readExplainRequest } from './read-explain-request.ts'

/** Explains the answers of one loaded version, one after another; predictions go on between its calls of the engine. */
export interface Explainer {
  /**
   * Explains one example: a row of a table by sampled Shapley values, everything else by integrated gradients.
   * @throws HomingError INPUT_*, CONFIG_INVALID, TRAINING_UNAVAILABLE, ENGINE_FAILED, ABORTED, CLOSED when the version
   * is released meanwhile.
   */
  explain(request: ExplainRequest, signal: AbortSignal | undefined): Promise<ExplainReply>
  /**
   * Loads the explanation graph beside the model, on the same backend, once.
   * @throws HomingError CLOSED when the files are of another version, OPERATOR_UNSUPPORTED, ENGINE_FAILED.
   */
  load(files: ExplanationFiles): Promise<void>
  /** Ends what is under way after its present call of the engine, and frees the graph. */
  release(): Promise<void>
}

export function createExplainer(engine: InferenceEngine, turns: Turns, version: LoadedVersion): Explainer {
  const { manifest, pipeline, session, facts } = version
  const oneByOne = createTurns()
  let graph: Promise<EngineSession> | undefined
  let released = false

  const requireOpen = (): void => {
    if (released)
      throw new HomingError('CLOSED', `${manifest.model} ${manifest.version} does not serve any more.`)
  }
  const gradients = async (): Promise<GradientSource | undefined> => {
    const own = engineGradients(manifest, session)
    if (own) return own
    if (!manifest.explanation) throw unexplained(version)
    return graph && graphGradients(manifest.explanation, await graph)
  }

  const explain = async (
    request: ExplainRequest,
    signal: AbortSignal | undefined,
    asked: number,
  ): Promise<ExplainReply> => {
    const timings = { queue: since(asked), encode: 0, run: 0 }
    const onEngine = async <T>(work: () => Promise<T>): Promise<T> => {
      const waited = performance.now()
      await nextTask()
      return turns(async () => {
        requireOpen()
        if (signal?.aborted) throw new HomingError('ABORTED', 'The explanation was aborted.')
        const began = performance.now()
        timings.queue += began - waited
        const result = await work()
        timings.run += since(began)
        return result
      })
    }
    const { inputs, given } = readExplainRequest(request)
    requireOpen()
    requireEvents(manifest, request.windows)
    checkSettings(request.settings, manifest)
    const events = contextOf(request)
    const context: ExplainContext = {
      version,
      settings: request.settings,
      inputs,
      given,
      onEngine,
      encode(passed) {
        const tensors = pipeline.encode(passed, events)
        checkInputs(manifest.signature, tensors)
        return tensors
      },
    }
    const row = passedRow(context)
    const source = row ? undefined : await gradients()
    if (!row && !source) return { needs: 'explanation' }
    const explained = row ? await explainRow(context, row) : await explainTensors(context, source!)
    timings.encode = since(asked) - timings.queue - timings.run
    return { ...explained, version: manifest.version, backend: facts.backend, timings }
  }

  return {
    explain(request, signal) {
      const asked = performance.now()
      return oneByOne(() => explain(request, signal, asked))
    },
    async load({ manifest: { version: brought }, graph: bytes, parameters }) {
      const { explanation } = manifest
      if (!explanation) throw unexplained(version)
      if (brought !== manifest.version)
        throw new HomingError(
          'CLOSED',
          `Version ${brought} of ${manifest.model} gave way to ${manifest.version}.`,
        )
      graph ??= turns(async () => {
        requireOpen()
        const backend = await engine.start(facts.backend)
        return backend.load(asExplained(manifest, explanation), { graph: bytes, parameters })
      })
      await graph.catch((error: unknown) => {
        graph = undefined
        throw error
      })
    },
    async release() {
      released = true
      const loaded = await graph?.catch(() => undefined)
      if (loaded) await turns(() => loaded.release())
    },
  }
}

/** The first table of the pipeline of which a row was passed. */
function passedRow({ version, inputs }: ExplainContext): TableInput | undefined {
  return version.manifest.pipeline?.inputs.find(
    (input): input is TableInput =>
      input.kind === 'table' && inputs[input.name] !== undefined && !isTensor(inputs[input.name]),
  )
}

function unexplained({ manifest: { model, version } }: LoadedVersion): HomingError {
  return new HomingError(
    'TRAINING_UNAVAILABLE',
    `${model} ${version} was packed without explanations: pack it with \`homing pack --explain\` and publish that.`,
    { details: { model, version, section: 'explanation' } },
  )
}

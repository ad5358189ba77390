import { type Manifest, sha256Hex, type Tensor, tensorKey } from '@homing/protocol'

import { since } from '../clock.ts'
import { maxKeptOutput } from '../config.ts'
import type { Tensors } from '../engine.ts'
import type { LoadedVersion } from '../load-version.ts'
import { answer, type Call, type CallEnd, encodeCall } from '../run-call.ts'
import type { PredictReply, PredictRequest } from '../runtime-api.ts'
import { type LookupTable, lookupTable } from './lookup-table.ts'
import type { LookupFiles, PredictionMemory } from './prediction-memory.ts'

/** Answers calls from what was computed before: when the version was packed, or in earlier calls on this device. */
export interface Recall {
  /** Has calls of a loaded version answered from its lookup too. */
  addLookup(version: LoadedVersion, files: LookupFiles): void
  /** The answer to a call, from where it is found, else from `run`, which gets the inputs that this has read. */
  answer(
    version: LoadedVersion,
    request: PredictRequest,
    run: (request: PredictRequest) => Promise<PredictReply>,
  ): Promise<PredictReply>
}

/** `memoryOf` tells where outputs of earlier calls may be kept, if anywhere; `ended` is told of calls that were answered here. */
export function createRecall(
  memoryOf: () => PredictionMemory | undefined,
  ended: (version: LoadedVersion, call: Call, end: CallEnd) => void,
): Recall {
  const lookups = new WeakMap<LoadedVersion, LookupTable>()
  const contents = new WeakMap<Manifest, Promise<string>>()

  const contentOf = (manifest: Manifest): Promise<string> => {
    const known = contents.get(manifest) ?? contentKey(manifest)
    contents.set(manifest, known)
    return known
  }
  const find = async (
    version: LoadedVersion,
    inputs: string,
    cached: string | undefined,
  ): Promise<{ outputs: Record<string, Tensor>; from: 'lookup' | 'cache' } | undefined> => {
    const outputs = lookups.get(version)?.(inputs)
    if (outputs) return { outputs, from: 'lookup' }
    const { model } = version.manifest
    const kept = cached === undefined ? undefined : await memoryOf()?.read({ model, key: cached })
    return kept && { outputs: { ...kept }, from: 'cache' }
  }
  return {
    addLookup(version, files) {
      const { lookup } = version.manifest
      if (lookup) lookups.set(version, lookupTable(lookup, files))
    },
    async answer(version, request, run) {
      const call: Call = { request, enqueued: performance.now() }
      const { manifest, facts } = version
      const entries = request.cache ?? 0
      const memory = memoryOf()
      let cached: string | undefined
      try {
        const { tensors, time } = encodeCall(call, version)
        const inputs = await tensorKey(tensors)
        // Another backend may compute it otherwise, and one that does so wrongly is left.
        if (entries > 0 && memory)
          cached = [await contentOf(manifest), facts.backend, facts.engineVersion, inputs].join(' ')
        const found = await find(version, inputs, cached)
        const times = { queue: since(call.enqueued) - time, encode: time, run: 0 }
        const end = found && answer(call, version, found.outputs, times)
        if (end?.kind === 'done') {
          ended(version, call, end)
          return { ...end.reply, recalled: found!.from }
        }
      } catch {
        // Bad input is refused in its turn; a memory that fails remembers nothing.
      }
      const reply = await run(
        call.inputs ? { ...request, inputs: call.inputs as PredictRequest['inputs'] } : request,
      )
      const { backend, version: by, outputs } = reply
      const isAlike = by === manifest.version && backend === facts.backend
      if (cached !== undefined && isAlike && isSmall(outputs))
        memory?.write({ model: manifest.model, key: cached }, owned(outputs), entries).catch(() => undefined)
      return reply
    },
  }
}

/** What the answers of a parameter set depend on, by hash. */
function contentKey({ graph, parameters }: Manifest): Promise<string> {
  const files = [graph.sha256, ...parameters.shards.map(({ sha256 }) => sha256)]
  return sha256Hex(new TextEncoder().encode(files.join(' ')))
}

function isSmall(outputs: Tensors): boolean {
  const sizes = Object.values(outputs).map(({ data }) =>
    Array.isArray(data) ? data.join('').length * 2 : data.byteLength,
  )
  return sizes.length > 0 && sizes.reduce((sum, size) => sum + size, 0) <= maxKeptOutput
}

/** Copies: outputs of calls that were run as one lie in one buffer, and may leave with another message. */
function owned(outputs: Tensors): Record<string, Tensor> {
  const copies = Object.entries(outputs).map(
    ([name, tensor]) => [name, { ...tensor, data: tensor.data.slice() } as Tensor] as const,
  )
  return Object.fromEntries(copies)
}

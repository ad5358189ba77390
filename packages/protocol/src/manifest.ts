import * as v from 'valibot'

import { protocolVersion } from './config.ts'
import { engineName } from './engine-name.ts'
import { ExplanationSchema } from './explanation.ts'
import { GuardsSchema } from './guards.ts'
import { HomingError } from './homing-error.ts'
import { lookupProblem, LookupSchema } from './lookup.ts'
import { AuthorNameSchema, ByteCountSchema, FileRefSchema, ModelNameSchema } from './names.ts'
import { NextSchema } from './next.ts'
import { parametersProblem, ParametersSchema } from './parameters.ts'
import { parseJsonBytes, parseWith } from './parse.ts'
import { PipelineSchema } from './pipeline.ts'
import { probesProblem, ProbesSchema } from './probes.ts'
import { SignatureSchema } from './tensor.ts'
import { maxBaselineBytes } from './telemetry/config.ts'
import { TrainingSchema } from './training.ts'
import { PrecisionSchema, VariantSchema, variantsProblem } from './variants.ts'
import { VersionSchema } from './version.ts'

const EngineSchema = v.pipe(v.string(), v.regex(engineName))

/** What a device must have. A device takes the newest version whose requirements it meets. */
export const RequirementsSchema = v.object({
  /** Least version of the SDK. */
  sdk: v.optional(VersionSchema),
  /** Versions of the engine's library: at least `from`, and below `below`. */
  engine: v.optional(v.object({ from: v.optional(VersionSchema), below: v.optional(VersionSchema) })),
  /** Least memory of the device, in bytes, where the browser tells it. */
  memory: v.optional(ByteCountSchema),
  /** Features that must be there. */
  features: v.optional(v.array(v.picklist(['webgpu', 'shader-f16', 'webgl2', 'wasm-simd', 'wasm-threads']))),
})

/** What a device must have. */
export type Requirements = v.InferOutput<typeof RequirementsSchema>

/** What people should know of a version; `document` is a page in Markdown. */
export const CardSchema = v.object({
  title: v.pipe(v.string(), v.maxLength(200)),
  summary: v.pipe(v.string(), v.maxLength(4_000)),
  licence: v.optional(v.pipe(v.string(), v.maxLength(200))),
  metrics: v.optional(v.record(AuthorNameSchema, v.pipe(v.number(), v.finite()))),
  document: v.optional(FileRefSchema),
})

/** What people should know of a version. */
export type Card = v.InferOutput<typeof CardSchema>

/** The description of a package. Its bytes are canonical JSON; its SHA-256 names the version's content. */
export const ManifestSchema = v.object({
  format: v.literal(protocolVersion),
  model: ModelNameSchema,
  version: VersionSchema,
  /** The version that this one was trained from. */
  parent: v.optional(VersionSchema),
  /** Of a federated version: the publisher's version that it repeats in all but trained tensors. */
  base: v.optional(VersionSchema),
  engine: EngineSchema,
  /** ONNX graph, or TensorFlow.js model artifacts without weight data. */
  graph: FileRefSchema,
  parameters: ParametersSchema,
  /** Of these parameters; fp32 when absent. */
  precision: v.optional(PrecisionSchema),
  /** Other parameter sets of the model, each in a precision of its own. */
  variants: v.optional(v.pipe(v.array(VariantSchema), v.maxLength(8))),
  signature: SignatureSchema,
  pipeline: v.optional(PipelineSchema),
  training: v.optional(TrainingSchema),
  explanation: v.optional(ExplanationSchema),
  probes: v.optional(ProbesSchema),
  guards: v.optional(GuardsSchema),
  next: v.optional(NextSchema),
  lookup: v.optional(LookupSchema),
  /** See `readTelemetrySection`, which devices load only where telemetry is on. */
  telemetry: v.optional(v.record(v.string(), v.unknown())),
  /** How servers watch it: see `readMonitorsSection`. */
  monitors: v.optional(v.record(v.string(), v.unknown())),
  /** What the data that it was made with looks like: a `Baseline`, which servers read and devices do not. */
  baseline: v.optional(
    v.object({
      ...FileRefSchema.entries,
      size: v.pipe(ByteCountSchema, v.maxValue(maxBaselineBytes)),
    }),
  ),
  requirements: v.optional(RequirementsSchema),
  card: v.optional(CardSchema),
})

/** The description of a package. */
export type Manifest = v.InferOutput<typeof ManifestSchema>

/**
 * The manifest in `bytes`, checked in itself: shards add up to the parameter file, tensors lie inside it, training
 * and explanation belong to the graph, and probes fit the signature.
 * @throws HomingError MANIFEST_INVALID, also when it is of another model or version than `expected`.
 */
export function parseManifest(
  bytes: Uint8Array,
  expected: { model?: string; version?: string } = {},
): Manifest {
  const json = parseJsonBytes(bytes, 'MANIFEST_INVALID', 'The manifest')
  const manifest = parseWith(ManifestSchema, json, 'MANIFEST_INVALID', 'The manifest')
  const refuse = (problem: string): never => {
    throw new HomingError(
      'MANIFEST_INVALID',
      `The manifest of ${manifest.model} ${manifest.version} ${problem}`,
    )
  }
  if (expected.model !== undefined && manifest.model !== expected.model)
    refuse(`is not of model ${expected.model}`)
  if (expected.version !== undefined && manifest.version !== expected.version)
    refuse(`is not of version ${expected.version}`)
  const problem =
    parametersProblem(manifest.parameters) ?? variantsProblem(manifest) ?? sectionProblem(manifest)
  if (problem !== undefined) refuse(problem)
  return manifest
}

/** What in the sections that are written for the graph and the signature does not fit them. */
function sectionProblem(manifest: Manifest): string | undefined {
  const { engine, graph, parameters, training, explanation, probes, lookup } = manifest
  if (explanation && explanation.inference !== graph.sha256)
    return 'has an explanation graph that was written from another graph'
  const probeProblem = probes && probesProblem(probes, manifest.signature)
  if (probeProblem !== undefined) return probeProblem
  const unfit = lookup && lookupProblem(lookup, manifest.signature)
  if (unfit !== undefined) return unfit
  if (!training) return undefined
  if (training.inference !== graph.sha256) return 'has a training graph that was written from another graph'
  if (engine === 'onnx' && !training.graph) return 'describes training and names no training graph'
  const learned = new Set(parameters.tensors.map(({ name }) => name))
  const changed = [...training.tensors, ...(training.graph?.slots ?? []).map(({ input }) => input)]
  const unknown = changed.find((name) => !learned.has(name))
  return unknown === undefined ? undefined : `trains "${unknown}", which is none of its parameters`
}

import {
  AuthorNameSchema,
  CardSchema,
  GuardsSchema,
  maxDocumentBytes,
  ModelNameSchema,
  MonitorsSectionSchema,
  NextSchema,
  parseJsonBytes,
  parseWith,
  PipelineSchema,
  RequirementsSchema,
  TelemetrySectionSchema,
  VersionSchema,
} from '@homing/protocol'
import * as v from 'valibot'

import { BaselineConfigSchema } from './baseline/baseline-config.ts'
import { ExplanationConfigSchema } from './explanation/explanation-config.ts'
import { ProbesConfigSchema } from './probes/probes-config.ts'
import { readSmallFile } from './read-small-file.ts'
import { TrainingConfigSchema } from './training/training-config.ts'
import { VariantsConfigSchema } from './variants/variants-config.ts'

/** The file `pack.json`. Paths are relative to its folder. */
const PackConfigSchema = v.strictObject({
  $schema: v.optional(v.string()),
  model: v.optional(ModelNameSchema),
  version: v.optional(VersionSchema),
  /** The version that this one was trained from. */
  parent: v.optional(VersionSchema),
  /** An ONNX file, a model.json of TensorFlow.js, or the folder of one. */
  source: v.pipe(v.string(), v.minLength(1)),
  pipeline: v.optional(PipelineSchema),
  /** `document`: a page in Markdown. */
  card: v.optional(v.strictObject({ ...CardSchema.entries, document: v.optional(v.string()) })),
  requirements: v.optional(RequirementsSchema),
  /** How devices train the package; empty for defaults alone. */
  training: v.optional(TrainingConfigSchema),
  /** How predictions are explained; empty for defaults alone. */
  explanation: v.optional(ExplanationConfigSchema),
  /** Golden inputs by which devices prove that they compute rightly; empty for drawn ones. */
  probes: v.optional(ProbesConfigSchema),
  /** A file or folder of inputs whose predictions are packed too, as golden inputs are given. */
  lookup: v.optional(v.pipe(v.string(), v.minLength(1))),
  /** Parameter sets in further precisions. */
  variants: v.optional(VariantsConfigSchema),
  /** What inputs and outputs must keep, and what is done where they do not. */
  guards: v.optional(GuardsSchema),
  /** What devices tell of the version. */
  telemetry: v.optional(TelemetrySectionSchema),
  /** How servers watch the version; by default where nothing is said. */
  monitors: v.optional(MonitorsSectionSchema),
  /** What the data that it was made with look like. */
  baseline: v.optional(BaselineConfigSchema),
  /** Which models run after this one. */
  next: v.optional(NextSchema),
  /** For inputs by name: `finite: false` lets NaN and infinities pass. */
  inputs: v.optional(v.record(AuthorNameSchema, v.strictObject({ finite: v.optional(v.boolean()) }))),
})

/** What `pack.json` says. */
export type PackConfig = v.InferOutput<typeof PackConfigSchema>

/** @throws HomingError CONFIG_INVALID naming the field. */
export async function readPackConfig(path: string): Promise<PackConfig> {
  const bytes = await readSmallFile(path, maxDocumentBytes, 'CONFIG_INVALID', path)
  return parseWith(PackConfigSchema, parseJsonBytes(bytes, 'CONFIG_INVALID', path), 'CONFIG_INVALID', path)
}

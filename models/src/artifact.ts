import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import type {
  Card,
  Explanation,
  Pipeline,
  Precision,
  Requirements,
  TelemetrySection,
  TrainingRecipe,
} from '@homing/protocol'

import type { RunLog } from './report/run-log.ts'

/** What a device does with a package besides predicting, and what is packed for it. */
export interface OnDevice {
  readonly training: Omit<TrainingRecipe, 'output'>
  readonly explanation?: { readonly points: number; readonly baselines?: Explanation['baselines'] }
  /** By what a device proves that it computes rightly; drawn inputs where no golden file is named. */
  readonly probes: { readonly golden?: string }
  /** Smaller parameter sets. */
  readonly variants?: { readonly precisions: readonly Exclude<Precision, 'fp32'>[] }
}

/** What `homing pack` reads beside an artefact (`pack.json`). Paths are relative to its folder. */
export interface PackConfig extends OnDevice {
  readonly model: string
  readonly version: string
  readonly parent?: string
  readonly source: string
  readonly pipeline: Pipeline
  readonly card: Omit<Card, 'document'> & { readonly document: string }
  readonly requirements?: Requirements
  /** What `measureArtifact` adds: edges of histograms, and the file that holds what the training data look like. */
  readonly telemetry?: TelemetrySection
  readonly baseline?: { readonly file: string }
}

/** A trained version with what is told of it. */
export interface Artifact {
  readonly pack: PackConfig
  /** The model's own files by name. */
  readonly files: Readonly<Record<string, Uint8Array | string>>
  readonly card: string
  readonly curve: string
  readonly log: RunLog
}

/** Folder of a version below the artefact folder. */
export const artifactFolder = (root: string, model: string, version: string): string =>
  join(root, model, version)

/** Writes an artefact's files: the model, `pack.json`, `card.md`, `curve.svg` and `run.json`. */
export async function writeArtifact(
  root: string,
  { pack, files, card, curve, log }: Artifact,
): Promise<string> {
  const folder = artifactFolder(root, pack.model, pack.version)
  const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`
  const all = {
    ...files,
    'pack.json': json(pack),
    'card.md': card,
    'curve.svg': curve,
    'run.json': json(log),
  }
  for (const [name, content] of Object.entries(all)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, content)
  }
  return folder
}

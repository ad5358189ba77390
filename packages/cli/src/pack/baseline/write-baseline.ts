import {
  type Baseline,
  canonicalBytes,
  type FileRef,
  type Manifest,
  maxBaselineBytes,
  parseBaseline,
} from '@homing/protocol'
import { measureBaseline, requireSameEdges } from '@homing/sdk/node'

import type { BlobWriter } from '../blob-writer.ts'
import { openPacked } from '../packed-model.ts'
import { readSmallFile } from '../read-small-file.ts'
import { baselineBatches } from './baseline-batches.ts'
import type { BaselineConfig } from './baseline-config.ts'

/** What was written, and what was found on the way. */
export interface WrittenBaseline {
  readonly sections: { readonly baseline: FileRef; readonly telemetry?: Manifest['telemetry'] }
  readonly measured: Baseline
  /** Samples that the pipeline refused. */
  readonly refused: number
}

/**
 * Measures the data that a version was made with, and writes its baseline; the edges of its histograms go into the manifest, so
 * that devices count between the same.
 * @throws HomingError DATA_INVALID, CONFIG_INVALID, ENGINE_MISSING; those of a run.
 */
export async function writeBaseline(
  manifest: Manifest,
  config: BaselineConfig,
  { folder, write }: { readonly folder: string; readonly write: BlobWriter },
): Promise<WrittenBaseline> {
  if ('file' in config) {
    const bytes = await readSmallFile(config.file, maxBaselineBytes, 'DATA_INVALID', config.file)
    const measured = parseBaseline(bytes, manifest)
    requireSameEdges(measured, manifest)
    return { sections: { baseline: await write(canonicalBytes(measured)) }, measured, refused: 0 }
  }
  const { data, heldOut, target } = config
  const training = await baselineBatches(data, manifest, target)
  const unseen = heldOut === undefined ? undefined : await baselineBatches(heldOut, manifest, target)
  const model = await openPacked(folder, manifest)
  try {
    const { baseline, telemetry, refused } = await measureBaseline(
      manifest,
      (tensors) => model.run(tensors),
      {
        training,
        heldOut: unseen,
      },
    )
    return {
      sections: { baseline: await write(canonicalBytes(baseline)), telemetry },
      measured: parseBaseline(canonicalBytes(baseline), manifest), // what a server would refuse is refused here
      refused,
    }
  } finally {
    await model.release()
  }
}

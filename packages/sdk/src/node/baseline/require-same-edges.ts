import { type Baseline, HomingError } from '@homing/protocol'

import { type MeasuredManifest, measuredFeatures } from '../../measure/measured-features.ts'
import { measuredOutputs } from '../../measure/measured-outputs.ts'

/**
 * Requires that the histograms of a baseline can lie between the edges that devices of the version count between.
 * @throws HomingError DATA_INVALID naming the feature or output.
 */
export function requireSameEdges(
  { features: { raw = {}, processed = {} }, outputs = {} }: Pick<Baseline, 'features' | 'outputs'>,
  manifest: MeasuredManifest,
): void {
  for (const input of measuredFeatures(manifest))
    for (const { name, edges, processedEdges } of input.kind === 'derived' ? input.features : input.columns) {
      requireBins(`what is given as "${name}"`, raw[name], edges)
      requireBins(`what the pipeline makes of "${name}"`, processed[name], processedEdges)
    }
  for (const { name, measured } of measuredOutputs(manifest))
    if (measured.kind === 'value') requireBins(`output "${name}"`, outputs[name], measured.edges)
}

function requireBins(what: string, summary: object | undefined, edges: readonly number[] | undefined): void {
  const counts =
    summary && 'histogram' in summary ? (summary.histogram as readonly number[] | undefined) : undefined
  const bins = edges && edges.length + 1
  if (counts === undefined || counts.length === bins) return
  throw new HomingError(
    'DATA_INVALID',
    `The baseline counts ${what} in ${counts.length} bins, and devices in ${bins ?? 'none'}: the telemetry section declares the edges`,
  )
}

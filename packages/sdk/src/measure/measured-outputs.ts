import type { MeasuredOutput, TensorSpec } from '@homing/protocol'
import { maxLabelLength, readTelemetrySection } from '@homing/protocol'

import type { MeasuredManifest } from './measured-features.ts'

/** An output that is measured. */
export interface PlannedOutput {
  readonly name: string
  readonly tensor: string
  readonly measured: MeasuredOutput
  /** Of classes: what the pipeline calls them. */
  readonly labels: readonly string[]
  /** Of the tensor, where it has a fixed size for each sample. */
  readonly size: number | undefined
}

/**
 * The outputs that are measured of a version: those that its manifest declares, else all that its pipeline reads.
 * @throws HomingError MANIFEST_INVALID when the section is malformed.
 */
export function measuredOutputs(manifest: MeasuredManifest): PlannedOutput[] {
  const { outputs } = readTelemetrySection(manifest)
  const readings = manifest.pipeline?.outputs ?? []
  const measured =
    outputs ??
    readings.map(({ kind, tensor }): MeasuredOutput => {
      const name = tensor.slice(0, maxLabelLength)
      return kind === 'classification' ? { kind: 'classes', name } : { kind: 'value', name }
    })
  return measured.map((output) => {
    const reading = readings.find(({ tensor }) => tensor.slice(0, maxLabelLength) === output.name)
    const spec = manifest.signature.outputs.find(({ name }) => name.slice(0, maxLabelLength) === output.name)
    return {
      name: output.name,
      tensor: spec?.name ?? output.name,
      measured: output,
      labels: reading?.kind === 'classification' ? reading.labels : [],
      size: spec && sizeOf(spec),
    }
  })
}

/** Numbers of one sample; undefined where that depends on the call. */
function sizeOf({ shape }: TensorSpec): number | undefined {
  const rest = shape.slice(1)
  return rest.every((dim) => typeof dim === 'number') ? rest.reduce((size, dim) => size * dim, 1) : undefined
}

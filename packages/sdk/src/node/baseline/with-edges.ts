import type { MeasuredFeature, MeasuredOutput, TelemetrySection } from '@homing/protocol'

import type { MeasuredInput } from '../../measure/measured-features.ts'
import type { PlannedOutput } from '../../measure/measured-outputs.ts'
import type { FeatureValues } from './feature-values.ts'
import { quantileEdges } from './quantile-edges.ts'

/** The telemetry section with edges for every number that declares none, chosen from the data. */
export function withEdges(
  section: TelemetrySection,
  measured: { readonly features: readonly MeasuredInput[]; readonly outputs: readonly PlannedOutput[] },
  values: {
    readonly features: ReadonlyMap<string, FeatureValues>
    readonly outputs: ReadonlyMap<string, readonly number[]>
  },
): TelemetrySection {
  const features = measured.features.flatMap((input) =>
    declaredFeatures(input).map((feature): MeasuredFeature => {
      if (feature.kind === 'category') return feature
      const found = values.features.get(feature.name)
      const edges = feature.edges ?? (found && quantileEdges(found.raw))
      // A column's follow from what is given; what an image becomes is another number altogether.
      const processedEdges =
        feature.processedEdges ??
        (feature.kind === 'derived' && found ? quantileEdges(found.processed) : undefined)
      return { ...feature, ...(edges && { edges }), ...(processedEdges && { processedEdges }) }
    }),
  )
  const outputs = measured.outputs.map(({ measured: output, tensor }): MeasuredOutput => {
    if (output.kind !== 'value') return output
    const edges = output.edges ?? quantileEdges(values.outputs.get(tensor) ?? [])
    return { ...output, ...(edges && { edges }) }
  })
  return {
    ...section,
    ...(features.length > 0 && { features }),
    ...(outputs.length > 0 && { outputs }),
  }
}

function declaredFeatures(measured: MeasuredInput): MeasuredFeature[] {
  const { input } = measured
  if (measured.kind === 'derived')
    return measured.features.map(({ name, derive, edges, processedEdges }) => ({
      kind: 'derived',
      name,
      input,
      derive,
      ...(edges && { edges: [...edges] }),
      ...(processedEdges && { processedEdges: [...processedEdges] }),
    }))
  return measured.columns.map(({ kind, name, column, edges, categories }): MeasuredFeature => {
    const place = { name, input, ...(column !== name && { column }) }
    return kind === 'category'
      ? { kind, ...place, categories: [...categories] }
      : { kind, ...place, ...(edges && { edges: [...edges] }) }
  })
}

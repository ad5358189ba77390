import { featureColumns } from '@homing/pipeline'
import type { Feature, Manifest, MeasuredFeature, Pipeline, TableInput } from '@homing/protocol'
import { maxLabelLength, maxTelemetryFeatures, readTelemetrySection } from '@homing/protocol'

/** Of a manifest, what says how a version is measured. */
export type MeasuredManifest = Pick<Manifest, 'signature' | 'pipeline' | 'telemetry'>

/** A column of a table that is measured. */
export interface MeasuredColumn {
  readonly name: string
  /** Name of the pipeline's feature, and its first column in the tensor, of `width`. */
  readonly column: string
  readonly first: number
  readonly width: number
  readonly kind: 'numeric' | 'category'
  readonly edges?: readonly number[] | undefined
  /** Of what the pipeline makes of it. */
  readonly processedEdges?: readonly number[] | undefined
  /** Words that may be told by name; the pipeline's come first, in the order of its columns. */
  readonly categories: readonly string[]
}

/** What is made of a whole input. */
export interface DerivedFeature {
  readonly name: string
  readonly derive: Extract<MeasuredFeature, { kind: 'derived' }>['derive']
  readonly edges?: readonly number[] | undefined
  readonly processedEdges?: readonly number[] | undefined
}

/** What is measured of one input: what the caller passes under `input` becomes `tensor`. */
export type MeasuredInput =
  | {
      readonly kind: 'table'
      readonly input: string
      readonly tensor: string
      readonly columns: readonly MeasuredColumn[]
    }
  | {
      readonly kind: 'derived'
      readonly input: string
      readonly tensor: string
      /** Whether samples lie along the first dimension of its tensor. */
      readonly batched: boolean
      readonly features: readonly DerivedFeature[]
    }

/**
 * The features that are measured of a version: those that its manifest declares, else all columns of its tables, brightness and
 * contrast of its images, lengths of its strings, mean and deviation of its other tensors.
 * @throws HomingError MANIFEST_INVALID when the section is malformed.
 */
export function measuredFeatures(manifest: MeasuredManifest): MeasuredInput[] {
  const { features } = readTelemetrySection(manifest)
  const inputs = inputsOf(manifest)
  const taken = new Set<string>()
  /** A name of its own; undefined once there are as many as may be. */
  const named = (name: string, input: string): string | undefined => {
    if (taken.size === maxTelemetryFeatures) return undefined
    const own = name.slice(0, maxLabelLength)
    const free = taken.has(own) ? `${input}.${name}`.slice(0, maxLabelLength) : own
    taken.add(free)
    return free
  }
  return inputs.flatMap(({ input, tensor, batched, table, derive }): MeasuredInput[] => {
    const declared = features?.filter((feature) => feature.input === input || feature.input === tensor)
    if (table) {
      const columns = columnsOf(table, declared, (name) => named(name, input))
      if (columns.length > 0) return [{ kind: 'table', input, tensor, columns }]
    }
    const derived = declared
      ? declared.filter((feature) => feature.kind === 'derived')
      : derive.map((kind) => ({ name: `${input}.${kind}`, derive: kind }))
    if (derived.length === 0) return []
    const own = derived.flatMap((feature) => {
      const name = named(feature.name, input)
      return name === undefined ? [] : [{ ...feature, name }]
    })
    return [{ kind: 'derived', input, tensor, batched, features: own }]
  })
}

interface PlainInput {
  readonly input: string
  readonly tensor: string
  readonly batched: boolean
  readonly table?: TableInput
  readonly derive: readonly DerivedFeature['derive'][]
}

function inputsOf({ signature, pipeline }: MeasuredManifest): PlainInput[] {
  return signature.inputs.map(({ name: tensor, dtype, shape }) => {
    const piped = pipedInput(pipeline, tensor)
    const batched = typeof shape[0] === 'string' || piped !== undefined
    const base = { input: piped?.name ?? tensor, tensor, batched }
    if (piped?.kind === 'table') return { ...base, table: piped, derive: [] }
    if (piped) return { ...base, derive: ['brightness', 'contrast'] }
    return { ...base, derive: dtype === 'string' ? ['length'] : ['mean', 'deviation'] }
  })
}

function pipedInput(pipeline: Pipeline | undefined, tensor: string): Pipeline['inputs'][number] | undefined {
  return pipeline?.inputs.find((input) => input.tensor === tensor)
}

function columnsOf(
  table: TableInput,
  declared: readonly MeasuredFeature[] | undefined,
  named: (name: string) => string | undefined,
): MeasuredColumn[] {
  return featureColumns(table).flatMap(({ feature, first, width }): MeasuredColumn[] => {
    const own = declared?.find(
      (measured) => measured.kind !== 'derived' && (measured.column ?? measured.name) === feature.name,
    )
    if (declared && !own) return []
    const name = named(own?.name ?? feature.name)
    if (name === undefined) return []
    const piped = feature.kind === 'category' ? feature.categories : []
    const more = own?.kind === 'category' ? (own.categories ?? []) : []
    return [
      {
        name,
        column: feature.name,
        first,
        width,
        kind: feature.kind === 'category' ? 'category' : 'numeric',
        ...(own?.kind === 'numeric' && { edges: own.edges, processedEdges: edgesBehind(own, feature) }),
        categories: [...piped, ...more.filter((word) => !piped.includes(word))],
      },
    ]
  })
}

/** Edges of what the pipeline makes of a column: those declared, else those of what is given as it standardises them. */
function edgesBehind(
  { edges, processedEdges }: Extract<MeasuredFeature, { kind: 'numeric' }>,
  feature: Feature,
): readonly number[] | undefined {
  if (processedEdges || !edges || feature.kind === 'category') return processedEdges
  const { mean, std } = feature.standardise ?? { mean: 0, std: 1 }
  // Rounded as the tensor's numbers are: a value on an edge stays in its bin. Edges that then fall together are one.
  return [...new Set(edges.map((edge) => Math.fround((edge - mean) / std)))]
}

import * as v from 'valibot'

import { AuthorNameSchema, FileRefSchema } from './names.ts'
import { parametersProblem, ParametersSchema } from './parameters.ts'
import { probesProblem, ProbesSchema } from './probes.ts'
import type { Signature } from './tensor.ts'

/**
 * How parameters are kept: single precision; half precision; weights in 8 bits that are brought back where they are used;
 * weights in 8 bits whose products are made of whole numbers, with inputs rounded in each call.
 */
export const precisions = ['fp32', 'fp16', 'int8', 'int8-dynamic'] as const

/** How the parameters of a version are kept. */
export type Precision = (typeof precisions)[number]

/** See `precisions`. */
export const PrecisionSchema = v.picklist(precisions)

/** Another parameter set of a version: the same model, with the same signature, in another precision. */
export const VariantSchema = v.object({
  precision: PrecisionSchema,
  graph: FileRefSchema,
  parameters: ParametersSchema,
  /** Its outputs are its own: rounding moves them. */
  probes: v.optional(ProbesSchema),
  /** What it was measured to be worth, such as its accuracy. */
  metrics: v.optional(v.record(AuthorNameSchema, v.pipe(v.number(), v.finite()))),
})

/** Another parameter set of a version. */
export type Variant = v.InferOutput<typeof VariantSchema>

/** The parameter sets of a manifest: its own, which has no name unless it says `precision`, and the others. */
interface ParameterSets extends Omit<Variant, 'precision' | 'metrics'> {
  readonly precision?: Precision | undefined
  readonly variants?: Variant[] | undefined
}

/** The precision of a manifest's own parameter set; fp32 unless it says otherwise. */
export function precisionOf({ precision = 'fp32' }: Pick<ParameterSets, 'precision'>): Precision {
  return precision
}

/**
 * The manifest with another of its parameter sets for its own, which goes among the variants; undefined where it has none of
 * this precision. Everything that reads graph, parameters and probes goes on with it unchanged; `training` and
 * `explanation` still belong to the set whose graph they name (`withGraph`).
 */
export function withVariant<M extends ParameterSets>(manifest: M, precision: Precision): M | undefined {
  const own = precisionOf(manifest)
  if (own === precision) return manifest
  const { graph, parameters, probes, variants = [], ...rest } = manifest
  const chosen = variants.find((variant) => variant.precision === precision)
  if (!chosen) return undefined
  return {
    ...rest,
    precision,
    graph: chosen.graph,
    parameters: chosen.parameters,
    ...(chosen.probes && { probes: chosen.probes }),
    variants: [
      { precision: own, graph, parameters, ...(probes && { probes }) },
      ...variants.filter((variant) => variant !== chosen),
    ],
  } as unknown as M
}

/** The manifest with that of its parameter sets whose graph this is; as it stands where none is. */
export function withGraph<M extends ParameterSets>(manifest: M, sha256: string): M {
  if (manifest.graph.sha256 === sha256) return manifest
  const owner = manifest.variants?.find(({ graph }) => graph.sha256 === sha256)
  return (owner && withVariant(manifest, owner.precision)) ?? manifest
}

/** What in the variants does not fit the version; undefined where nothing does. */
export function variantsProblem({
  variants = [],
  signature,
  ...own
}: ParameterSets & { readonly signature: Signature }): string | undefined {
  const seen = new Set([precisionOf(own)])
  for (const { precision, parameters, probes } of variants) {
    if (seen.has(precision)) return `has two parameter sets of precision ${precision}`
    seen.add(precision)
    const problem = parametersProblem(parameters) ?? (probes && probesProblem(probes, signature))
    if (problem !== undefined) return `has a variant in ${precision} that ${problem}`
  }
  return undefined
}

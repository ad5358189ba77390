import { type Manifest, precisionOf, type Variant, withVariant } from '@homing/protocol'

import type { BlobWriter } from './blob-writer.ts'
import { defaultOutput } from './default-output.ts'
import { openPacked, packedFiles } from './packed-model.ts'
import { drawnInputs } from './probes/drawn-inputs.ts'
import { type ChannelCoverage, noticedChannels } from './probes/noticed-channels.ts'
import { indexLimits } from './probes/index-limits.ts'
import { readTensorSet, type TensorCase } from './probes/tensor-set.ts'
import { type ProbePlan, writeProbes } from './probes/write-probes.ts'
import type { SectionConfigs } from './section-configs.ts'
import { evaluate, type Evaluation } from './variants/evaluate.ts'
import { writeVariant } from './variants/write-variants.ts'

/** What the parameter sets of a package are worth on labelled examples, by precision. */
export type Evaluations = Readonly<Partial<Record<Variant['precision'], Evaluation>>>

/** What was written, and what was found on the way. */
export interface ProvenSections {
  readonly sections: Pick<Manifest, 'probes' | 'variants'>
  readonly evaluations: Evaluations
  /** Of drawn probes: what they notice. */
  readonly coverage?: ChannelCoverage
}

/** Where files are, and where they go. */
export interface Places {
  readonly folder: string
  readonly parent?: Manifest | undefined
  readonly write: BlobWriter
}

/**
 * Writes what needs the packed model to run: further parameter sets, probes of each, and what each is worth. `manifest` is
 * complete but for these.
 * @throws HomingError PROBE_FAILED when the packed model does not give what its author wants, PROBE_INVALID, DATA_INVALID,
 *   CONFIG_INVALID, ONNX_UNSUPPORTED, ENGINE_MISSING
 */
export async function provenSections(
  manifest: Manifest,
  { probes, variants }: Pick<SectionConfigs, 'probes' | 'variants'>,
  places: Places,
): Promise<ProvenSections> {
  if (!probes && !variants) return { sections: {}, evaluations: {} }
  const plan = probes && { ...(await probePlan(manifest, probes, places)), write: places.write }
  const examples = variants?.examples ? await readTensorSet(variants.examples, manifest.signature) : undefined
  const evaluations: Partial<Record<Variant['precision'], Evaluation>> = {}
  const proven = async (set: Manifest): Promise<Pick<Manifest, 'probes'>> => {
    const model = await openPacked(places.folder, set)
    try {
      const { signature, pipeline } = set
      if (examples)
        evaluations[precisionOf(set)] = await evaluate(
          model,
          examples,
          defaultOutput(signature, pipeline),
          signature,
        )
      return plan ? { probes: await writeProbes(model, set, plan) } : {}
    } finally {
      await model.release()
    }
  }
  const sections: Pick<Manifest, 'probes' | 'variants'> = await proven(manifest)
  for (const precision of new Set(variants?.precisions)) {
    const variant = await writeVariant(precision, manifest, places)
    const set = withVariant({ ...manifest, variants: [variant] }, precision)!
    const found = await proven(set)
    const worth = evaluations[precision]
    sections.variants = [
      ...(sections.variants ?? []),
      { ...variant, ...found, ...(worth && { metrics: { [worth.metric]: worth.value } }) },
    ]
  }
  return { sections, evaluations, ...(plan?.coverage && { coverage: plan.coverage }) }
}

async function probePlan(
  manifest: Manifest,
  config: NonNullable<SectionConfigs['probes']>,
  { folder }: Places,
): Promise<Omit<ProbePlan, 'write'> & { readonly coverage?: ChannelCoverage }> {
  const { golden, tolerance } = config
  if (golden !== undefined) return { cases: await readTensorSet(golden, manifest.signature), tolerance }
  const files = await packedFiles(folder, manifest)
  const limits = manifest.engine === 'onnx' ? indexLimits(files.graph) : new Map<string, number>()
  const drawn = drawnInputs({ ...manifest, config, indexLimits: limits })
  const { cases, coverage } = await noticedChannels(manifest, files, drawn, {
    seed: config.seed ?? 1,
    tolerance,
  })
  return { cases: cases.map((inputs): TensorCase => ({ inputs, outputs: {} })), tolerance, coverage }
}

import type { BaselineConfig } from './baseline/baseline-config.ts'
import type { ExplanationConfig } from './explanation/explanation-config.ts'
import { resolve } from 'node:path'

import { HomingError } from '@homing/protocol'

import type { FoundSource } from './find-source.ts'
import type { PackOptions } from './pack-options.ts'
import type { ProbesConfig } from './probes/probes-config.ts'
import { readTrainingConfig, type TrainingConfig, withPathsFrom } from './training/training-config.ts'
import { smallPrecisions, type VariantsConfig } from './variants/variants-config.ts'

/** What is to be written from the graph; undefined where nobody asked for it. */
export interface SectionConfigs {
  readonly training?: TrainingConfig
  readonly explanation?: ExplanationConfig
  readonly probes?: ProbesConfig
  readonly variants?: VariantsConfig
  /** Path of inputs whose predictions are packed too. */
  readonly lookup?: string
  readonly baseline?: BaselineConfig
}

/**
 * What pack.json, the recipe file and the options say of training and explanations, the later winning field by field.
 * @throws HomingError CONFIG_INVALID for a recipe file that cannot be read
 */
export async function sectionConfigs(
  { config, configFolder }: Pick<FoundSource, 'config' | 'configFolder'>,
  { train, recipe, explain, dims, probes, quantize, examples, lookup, baseline }: PackOptions,
): Promise<SectionConfigs> {
  const training = merged(
    config?.training && withPathsFrom(configFolder, config.training),
    recipe === undefined ? undefined : await readTrainingConfig(recipe),
    typeof train === 'object' ? withPathsFrom('.', train) : train ? {} : undefined,
  )
  const explanation = merged(
    config?.explanation,
    typeof explain === 'object' ? explain : explain ? {} : undefined,
  )
  const proving = merged(
    config?.probes && fromFolder('golden', config.probes, configFolder),
    typeof probes === 'object'
      ? probes
      : typeof probes === 'string'
        ? { golden: probes }
        : probes
          ? {}
          : undefined,
  )
  const variants = variantsOf(
    config?.variants && fromFolder('examples', config.variants, configFolder),
    quantize === true ? smallPrecisions : quantize || undefined,
    examples,
  )
  const known = lookup ?? (config?.lookup === undefined ? undefined : resolve(configFolder, config.lookup))
  const made = baseline ?? (config?.baseline && baselineFrom(configFolder, config.baseline))
  const sizes = dims && { dims: { ...dims } }
  return {
    ...(training && { training: { ...training, ...sizes } }),
    ...(explanation && {
      explanation: { ...(training?.dims && { dims: training.dims }), ...explanation, ...sizes },
    }),
    ...(proving && { probes: { ...proving, ...sizes } }),
    ...(variants && { variants }),
    ...(known !== undefined && { lookup: known }),
    ...(made && { baseline: made }),
  }
}

function variantsOf(
  config: VariantsConfig | undefined,
  asked: VariantsConfig['precisions'] | readonly VariantsConfig['precisions'][number][] | undefined,
  examples: string | undefined,
): VariantsConfig | undefined {
  const precisions = asked ?? config?.precisions
  if (precisions)
    return { ...config, ...(examples === undefined ? {} : { examples }), precisions: [...precisions] }
  if (examples === undefined) return undefined
  throw new HomingError(
    'CONFIG_INVALID',
    'Examples measure parameter sets: say which to make with --quantize',
  )
}

function baselineFrom(folder: string, config: BaselineConfig): BaselineConfig {
  return 'file' in config
    ? fromFolder('file', config, folder)
    : fromFolder('heldOut', fromFolder('data', config, folder), folder)
}

/** The config with the path in `field` seen from `folder`. */
function fromFolder<F extends string, T extends { readonly [field in F]?: string | undefined }>(
  field: F,
  config: T,
  folder: string,
): T {
  const path = config[field]
  return path === undefined ? config : { ...config, [field]: resolve(folder, path) }
}

function merged<T extends object>(...parts: readonly (T | undefined)[]): T | undefined {
  const given = parts.filter((part) => part !== undefined)
  return given.length === 0 ? undefined : (Object.assign({}, ...given) as T)
}

import type { ExplanationConfig } from './explanation/explanation-config.ts'
import type { FoundSource } from './find-source.ts'
import type { PackOptions } from './pack-options.ts'
import { readTrainingConfig, type TrainingConfig, withPathsFrom } from './training/training-config.ts'

/** What is to be written from the graph; undefined where nobody asked for it. */
export interface SectionConfigs {
  readonly training?: TrainingConfig
  readonly explanation?: ExplanationConfig
}

/**
 * What pack.json, the recipe file and the options say of training and explanations, the later winning field by field.
 * @throws HomingError CONFIG_INVALID for a recipe file that cannot be read
 */
export async function sectionConfigs(
  { config, configFolder }: Pick<FoundSource, 'config' | 'configFolder'>,
  { train, recipe, explain, dims }: PackOptions,
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
  const sizes = dims && { dims: { ...dims } }
  return {
    ...(training && { training: { ...training, ...sizes } }),
    ...(explanation && {
      explanation: { ...(training?.dims && { dims: training.dims }), ...explanation, ...sizes },
    }),
  }
}

function merged<T extends object>(...parts: readonly (T | undefined)[]): T | undefined {
  const given = parts.filter((part) => part !== undefined)
  return given.length === 0 ? undefined : (Object.assign({}, ...given) as T)
}

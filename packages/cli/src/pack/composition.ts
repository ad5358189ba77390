import { compileGuards } from '@homing/pipeline/guards'
import { HomingError, type Manifest, namedModels } from '@homing/protocol'

import type { PackConfig } from './pack-config.ts'

type Content = Pick<Manifest, 'model' | 'signature' | 'pipeline'>

/**
 * The guards of a package and what runs after it, checked against its graph and pipeline.
 * @throws HomingError PIPELINE_INVALID for what does not fit, `details.path` naming it; NEXT_INVALID for a package that names
 * itself.
 */
export function composition(
  { guards, next }: Pick<PackConfig, 'guards' | 'next'> = {},
  { model, signature, pipeline }: Content,
): Pick<Manifest, 'guards' | 'next'> {
  const sections = { ...(guards ? { guards } : {}), ...(next ? { next } : {}) }
  compileGuards({ ...sections, signature, ...(pipeline ? { pipeline } : {}) })
  if (next?.kind === 'chain') checkOutputs(Object.values(next.inputs), signature)
  if (namedModels(sections).includes(model))
    throw new HomingError('NEXT_INVALID', `The model ${model} names itself to run after it`, {
      details: { path: [model, model] },
    })
  return sections
}

function checkOutputs(passed: readonly string[], { outputs }: Manifest['signature']): void {
  const names = outputs.map(({ name }) => name)
  const unknown = passed.find((name) => !names.includes(name))
  if (unknown === undefined) return
  throw new HomingError(
    'PIPELINE_INVALID',
    `The chain passes on "${unknown}"; the model gives ${names.map((name) => `"${name}"`).join(', ')}`,
    { details: { path: 'next.inputs' } },
  )
}

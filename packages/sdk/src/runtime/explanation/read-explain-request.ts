import type { PipelineInput } from '@homing/pipeline'
import { HomingError } from '@homing/protocol'

import type { InputValue } from '../../inputs/input-value.ts'
import { readInputs } from '../../inputs/read-inputs.ts'
import type { ExplainRequest } from '../runtime-api.ts'
import type { GivenBaselines } from './baselines.ts'

/** What was passed to explain, bitmaps read and closed. */
export interface ReadExplainRequest {
  readonly inputs: Readonly<Record<string, PipelineInput>>
  readonly given: GivenBaselines
}

/** @throws HomingError INPUT_NAME, INPUT_VALUE as `readInputs`, INPUT_SHAPE for several examples. */
export function readExplainRequest({ inputs, settings }: ExplainRequest): ReadExplainRequest {
  const read = readInputs(inputs)
  const given = readBaselines(settings.baseline ?? {})
  for (const [name, value] of Object.entries<unknown>(read)) {
    if (!Array.isArray(value) || value.length === 1) continue
    throw new HomingError(
      'INPUT_SHAPE',
      `One example is explained at a time, and input "${name}" holds ${value.length}.`,
      { details: { name } },
    )
  }
  return { inputs: read, given }
}

function readBaselines(baseline: Readonly<Record<string, number | InputValue>>): GivenBaselines {
  const entries = Object.entries(baseline)
  const numbers = entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  const passed = entries.filter((entry): entry is [string, InputValue] => typeof entry[1] !== 'number')
  return { ...readInputs(Object.fromEntries(passed)), ...Object.fromEntries(numbers) }
}

import { HomingError } from '@homing/protocol'

import type { InputValue } from '../inputs/input-value.ts'
import type { ExplainOptions } from './explanation-api.ts'
import type { PageInput } from './page-input.ts'
import { retainInputs } from './retained-inputs.ts'

/** A baseline in the form that crosses to a worker. */
export interface RetainedBaseline {
  readonly values: Readonly<Record<string, number | InputValue>>
  readonly release: () => void
}

/** Copied as inputs are. @throws HomingError CONFIG_INVALID, and those of `retainInputs`. */
export async function retainBaseline(
  baseline: ExplainOptions['baseline'],
): Promise<RetainedBaseline | undefined> {
  if (baseline === undefined) return undefined
  if (typeof baseline !== 'object' || (baseline as unknown) === null)
    throw new HomingError(
      'CONFIG_INVALID',
      'The option "baseline" of explain() is an object by the names of inputs.',
    )
  const entries = Object.entries(baseline)
  const numbers = entries.filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  const passed = entries.filter((entry): entry is [string, PageInput] => typeof entry[1] !== 'number')
  const { inputs, release } = await retainInputs(Object.fromEntries(passed), false)
  return { values: { ...inputs, ...Object.fromEntries(numbers) }, release }
}

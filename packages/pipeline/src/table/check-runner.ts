import type { Check, Feature } from '@homing/protocol'

import { maxPatternInput } from '../config.ts'
import type { Row } from '../pipeline-input.ts'
import { refusePipeline } from '../refuse-pipeline.ts'
import { refuseValue } from './refuse-value.ts'

/** Refuses `value` of row `row` with INPUT_VALUE when it breaks a check. */
export type CheckRunner = (value: number | string, row: number, values: Row) => void

/** A check ready to run. Checks see values that were given, before they are standardised, and no imputed ones. */
export function checkRunner(
  feature: Feature,
  check: Check,
  features: readonly Feature[],
  path: string,
): CheckRunner {
  const { name } = feature
  const numeric = feature.kind !== 'category'
  switch (check.kind) {
    case 'range': {
      if (!numeric) refusePipeline(path, 'a range needs a number')
      const [min, max] = [check.min ?? -Infinity, check.max ?? Infinity]
      if (min > max) refusePipeline(path, `the range from ${min} to ${max} is empty`)
      return (value, row) => {
        if (Number(value) < min || Number(value) > max)
          refuseValue(name, row, 'range', `is ${value}, outside ${min} to ${max}`)
      }
    }
    case 'pattern': {
      if (numeric) refusePipeline(path, 'a pattern needs a category')
      const pattern = compilePattern(check.pattern, path)
      return (value, row) => {
        const text = String(value)
        if (text.length > maxPatternInput)
          refuseValue(
            name,
            row,
            'pattern',
            `has ${text.length} characters, and at most ${maxPatternInput} are matched`,
          )
        if (!pattern.test(text)) refuseValue(name, row, 'pattern', `does not match ${check.pattern}`)
      }
    }
    case 'set': {
      const wrong = check.values.find((value) => (typeof value === 'number') !== numeric)
      if (wrong !== undefined)
        refusePipeline(path, `${JSON.stringify(wrong)} is not a ${numeric ? 'number' : 'word'}`)
      const allowed = new Set(check.values)
      return (value, row) => {
        if (!allowed.has(value)) refuseValue(name, row, 'set', 'is not one of the allowed values')
      }
    }
    case 'greater-than': {
      const other = features.find((candidate) => candidate.name === check.feature)
      if (!numeric || other === undefined || other === feature || other.kind !== 'number') {
        refusePipeline(path, `"greater-than" compares two number features, and "${check.feature}" is none`)
      }
      return (value, row, values) => {
        const bound = values[check.feature]
        if (typeof bound === 'number' && Number(value) <= bound) {
          refuseValue(
            name,
            row,
            'greater-than',
            `is ${value}, and must be greater than "${check.feature}", which is ${bound}`,
          )
        }
      }
    }
  }
}

/** The whole value must match, as `pattern` in HTML; expressions are Unicode-aware. */
function compilePattern(pattern: string, path: string): RegExp {
  try {
    // First alone: `a)(b` is malformed, and would not be once it is wrapped.
    RegExp(pattern, 'u')
    return new RegExp(`^(?:${pattern})$`, 'u')
  } catch (cause) {
    return refusePipeline(path, `not a regular expression: ${String(cause)}`)
  }
}

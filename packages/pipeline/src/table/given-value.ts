import type { Feature } from '@homing/protocol'

import type { PipelineContext, Row } from '../pipeline-input.ts'
import { windowAggregate } from './window-aggregate.ts'

/**
 * The value of a feature before it is encoded; undefined, null or NaN where it is missing. A row may give the aggregate of a
 * window itself, as training data and golden inputs do.
 */
export function givenValue(feature: Feature, row: Row, context: PipelineContext | undefined): Row[string] {
  // A name such as `constructor` must not read what every object inherits.
  const value = Object.hasOwn(row, feature.name) ? row[feature.name] : undefined
  return feature.kind === 'window' && value === undefined && context
    ? windowAggregate(feature, context)
    : value
}

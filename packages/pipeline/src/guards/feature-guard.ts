import type { Feature, InputGuard, TableInput, Tensor } from '@homing/protocol'

import { isTensor, type PipelineContext, type PipelineInput, type Row } from '../pipeline-input.ts'
import { refusePipeline } from '../refuse-pipeline.ts'
import { type FeatureColumns, featureColumns } from '../table/feature-columns.ts'
import { givenValue } from '../table/given-value.ts'
import type { Finding } from './guard-hit.ts'
import { checkRange } from './number-range.ts'

type Value = number | string
type NumberFeature = Exclude<Feature, { kind: 'category' }>

/**
 * Looks at a feature's values as they were given, never at imputed ones; where the tensor was passed itself, at what its
 * columns stand for.
 * @throws HomingError PIPELINE_INVALID when the guard does not fit the feature.
 */
export function featureGuard(
  guard: InputGuard,
  table: TableInput,
  path: string,
): (value: PipelineInput, context: PipelineContext | undefined) => Finding[] {
  const columns = featureColumns(table).find(({ feature }) => feature.name === guard.feature)
  if (!columns) return refusePipeline(`${path}.feature`, `"${table.name}" has no feature "${guard.feature}"`)
  const { feature } = columns
  checkFit(guard, feature, path)
  const keeps = keeper(guard, (value) => value)
  const keepsColumn =
    feature.kind === 'category' ? keeps : keeper(guard, (value) => encoded(feature, Number(value)))

  return (value, context) => {
    if (isTensor(value)) return columnFindings(value, columns, keepsColumn)
    const rows = (Array.isArray(value) ? value : [value]) as readonly Row[]
    return rows.flatMap((row, sample): Finding[] => {
      const found = givenValue(feature, row, context)
      const missing = found === undefined || found === null || Number.isNaN(found)
      return missing || keeps(found) ? [] : [{ sample, found }]
    })
  }
}

function checkFit(guard: InputGuard, feature: Feature, path: string): void {
  const numeric = feature.kind !== 'category'
  if (guard.kind === 'range') {
    if (!numeric) refusePipeline(path, 'a range needs a number')
    if (guard.of !== undefined && guard.of !== 'each')
      refusePipeline(`${path}.of`, 'a feature has one value in each row')
    checkRange(guard, path)
  } else if (guard.values.some((value) => (typeof value === 'number') !== numeric)) {
    refusePipeline(`${path}.values`, `"${feature.name}" holds ${numeric ? 'numbers' : 'words'}`)
  }
}

/** Whether a value is inside; `map` says how the guard's own numbers look where the value comes from. */
function keeper(guard: InputGuard, map: (value: Value) => Value): (value: Value) => boolean {
  if (guard.kind === 'set') {
    const values = new Set(guard.values.map(map))
    return (value) => values.has(value)
  }
  const { min = -Infinity, max = Infinity } = guard
  const [low, high] = [map(min), map(max)]
  return (value) => value >= low && value <= high
}

/** As the pipeline encodes it, rounding included: what lies inside before lies inside after. */
function encoded({ standardise }: NumberFeature, value: number): number {
  return Math.fround(standardise ? (value - standardise.mean) / standardise.std : value)
}

function columnFindings(
  tensor: Tensor,
  columns: FeatureColumns,
  keeps: (value: Value) => boolean,
): Finding[] {
  const [rows, width] = [tensor.shape[0]!, tensor.shape[1]!]
  return Array.from({ length: rows }, (_, sample): Finding[] => {
    const cells = Array.from({ length: columns.width }, (_, i) =>
      Number(tensor.data[sample * width + columns.first + i]),
    )
    const found = meaning(columns.feature, cells)
    return found !== undefined && keeps(found) ? [] : [{ sample, ...(found === undefined ? {} : { found }) }]
  }).flat()
}

/** The encoded number, or the word that the columns of a category stand for; undefined for an unseen one. */
function meaning(feature: Feature, cells: readonly number[]): Value | undefined {
  if (feature.kind !== 'category') return cells[0]
  return feature.categories[feature.encode === 'index' ? cells[0]! : cells.indexOf(1)]
}

import { isTensor, type PipelineInput } from '@homing/pipeline'
import type { FeatureSummary, Tensor } from '@homing/protocol'
import { addCorrelation, correlationToWire, emptyCorrelation } from '@homing/stats'

import { type CategoryMeter, categoryMeter } from './category-meter.ts'
import { correlatedFeatures } from './config.ts'
import type { Disguise } from './disguise.ts'
import type { InputMeter } from './input-meter.ts'
import type { MeasuredColumn, MeasuredInput } from './measured-features.ts'
import { type NumberMeter, numberMeter } from './number-meter.ts'

type Meter =
  | { readonly kind: 'numeric'; readonly of: NumberMeter }
  | { readonly kind: 'category'; readonly of: CategoryMeter }

type Row = Readonly<Record<string, unknown>>

interface ColumnMeters {
  readonly column: MeasuredColumn
  readonly raw: Meter
  readonly processed: Meter
  /** Place among the features whose correlations are measured, or -1. */
  readonly place: number
}

/** Measures a table: rows as they were given, and columns of the tensor that the pipeline made of them. */
export function tableMeter(
  { input, tensor, columns }: Extract<MeasuredInput, { kind: 'table' }>,
  disguise?: Disguise,
): InputMeter {
  const correlated = disguise
    ? []
    : columns
        .filter(({ kind }) => kind === 'numeric')
        .slice(0, correlatedFeatures)
        .map(({ name }) => name)
  const meters = columns.map((column): ColumnMeters => ({
    column,
    raw: meterOf(column, column.edges, disguise),
    processed: meterOf(column, column.processedEdges, disguise),
    place: correlated.indexOf(column.name),
  }))
  const values = new Float64Array(correlated.length)
  let correlation = emptyCorrelation(correlated)

  const addRow = (row: Row): void => {
    for (const { column, raw, place } of meters) {
      const value = valueOf(row, column)
      raw.of.add(value)
      if (place >= 0) values[place] = typeof value === 'number' ? value : NaN
    }
    if (values.length > 1) addCorrelation(correlation, values)
  }
  return {
    given(inputs, failed) {
      for (const row of rowsOf(inputs, input)) addRow(row)
      if (failed !== undefined)
        for (const { column, raw } of meters) if (column.column === failed) raw.of.fail()
    },
    encoded(tensors) {
      const { data, shape } = tensors[tensor] ?? nothing
      const width = shape.at(-1) ?? 0
      if (width === 0 || Array.isArray(data)) return
      const numbers = data as ArrayLike<number | bigint>
      for (let start = 0; start + width <= numbers.length; start += width)
        for (const { column, processed } of meters) addColumn(processed, column, numbers, start)
    },
    take() {
      const raw: Record<string, FeatureSummary> = {}
      const processed: Record<string, FeatureSummary> = {}
      for (const each of meters) {
        const { name } = each.column
        const [given, encoded] = [each.raw.of.take(), each.processed.of.take()]
        if (given) raw[name] = given
        if (encoded) processed[name] = encoded
      }
      const products = correlationToWire(correlation)
      if (products) correlation = emptyCorrelation(correlated)
      return { raw, processed, correlation: products }
    },
    sample(inputs, sample, visit) {
      const row = rowsOf(inputs, input)[sample]
      if (row) for (const { column } of meters) visit(column.name, valueOf(row, column))
    },
  }
}

const nothing: Pick<Tensor, 'data' | 'shape'> = { data: new Float32Array(), shape: [0] }
const noRows: readonly Row[] = []

/** Rows as they were given, whatever they are; none where a tensor was, which skips the pipeline. */
function rowsOf(inputs: Readonly<Record<string, PipelineInput>>, input: string): readonly Row[] {
  const value: unknown = Object.hasOwn(inputs, input) ? inputs[input] : undefined
  if (value === undefined || isTensor(value)) return noRows
  const rows: readonly unknown[] = Array.isArray(value) ? value : [value]
  return rows.every(isRow) ? rows : rows.map((row) => (isRow(row) ? row : {}))
}

function isRow(row: unknown): row is Row {
  return typeof row === 'object' && row !== null
}

/** A name such as `constructor` must not read what every object inherits. */
function valueOf(row: Row, { column }: MeasuredColumn): unknown {
  return Object.hasOwn(row, column) ? row[column] : undefined
}

function meterOf(
  { kind, categories }: MeasuredColumn,
  edges: readonly number[] | undefined,
  disguise?: Disguise,
): Meter {
  return kind === 'numeric'
    ? { kind, of: numberMeter(edges, disguise) }
    : { kind, of: categoryMeter(categories, disguise) }
}

function addColumn(
  meter: Meter,
  { first, width }: MeasuredColumn,
  data: ArrayLike<number | bigint>,
  start: number,
): void {
  const at = start + first
  if (meter.kind === 'numeric') meter.of.add(Number(data[at]))
  else if (width === 1) meter.of.addPlace(Number(data[at]))
  else {
    let place = 0
    while (place < width && !data[at + place]) place++
    meter.of.addPlace(place < width ? place : -1)
  }
}

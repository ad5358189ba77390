import type { Row } from '@homing/pipeline'
import { type Feature, HomingError, type Pipeline, type TableInput } from '@homing/protocol'
import type { LabelledBatch } from '@homing/sdk/node'

import { type CsvTable, parseCsv } from './csv.ts'

/** What says which column is what. */
export interface TableReading {
  readonly pipeline: Pipeline | undefined
  /** Name of the column of what is true; the one that is no feature when absent, where there is one. */
  readonly target?: string | undefined
  /** How many rows go through the model together. */
  readonly rows: number
}

/**
 * Rows of a CSV file as an app would pass them. Columns are found by their names in the header; without a header they are the
 * features in the order of the pipeline, and what is true last, if there is a column more.
 * @throws HomingError CONFIG_INVALID where the pipeline reads no table, DATA_INVALID for a table that does not fit it.
 */
export function tableBatches(
  text: string,
  what: string,
  { pipeline, target, rows: size }: TableReading,
): LabelledBatch[] {
  const [table, ...others] = pipeline?.inputs ?? []
  if (table?.kind !== 'table' || others.length > 0)
    throw new HomingError(
      'CONFIG_INVALID',
      `${what} is a table; the pipeline has to read one, and nothing else`,
    )
  const csv = parseCsv(text, what)
  const columns = columnsOf(csv, table, target, what)
  const rowOf = (cells: readonly string[]): Row =>
    Object.fromEntries(
      columns.features.map(({ feature, at }) => [feature.name, valueOf(cells[at]!, feature)]),
    )
  const batches: LabelledBatch[] = []
  for (let start = 0; start < csv.rows.length; start += size) {
    const part = csv.rows.slice(start, start + size)
    const { target: place } = columns
    const targets = place === undefined ? undefined : part.map((cells) => cells[place]!)
    batches.push({ inputs: { [table.name]: part.map(rowOf) }, ...(targets && { targets }) })
  }
  return batches
}

interface Columns {
  readonly features: readonly { readonly feature: Feature; readonly at: number }[]
  readonly target?: number | undefined
}

function columnsOf(
  { header, rows }: CsvTable,
  table: TableInput,
  target: string | undefined,
  what: string,
): Columns {
  // What is computed from kept events is in no table.
  const features = table.features.filter(({ kind }) => kind !== 'window')
  const width = rows[0]!.length
  const refuse = (problem: string): never => {
    throw new HomingError('DATA_INVALID', `${what} ${problem}`)
  }
  if (!header) {
    if (width !== features.length && width !== features.length + 1)
      refuse(`has ${width} columns and no header; the pipeline has ${features.length} features`)
    if (target !== undefined) refuse(`has no header that could name "${target}"`)
    return {
      features: features.map((feature, at) => ({ feature, at })),
      target: width > features.length ? width - 1 : undefined,
    }
  }
  const places = features.map((feature) => ({ feature, at: header.indexOf(feature.name) }))
  const missing = places.find(({ at }) => at < 0)
  if (missing) refuse(`has no column "${missing.feature.name}"; it has ${header.join(', ')}`)
  const rest = header.filter((name) => features.every((feature) => feature.name !== name))
  const named = target ?? (rest.length === 1 ? rest[0] : undefined)
  if (named === undefined && rest.length > 1)
    refuse(
      `has columns that are no features (${rest.join(', ')}): say with --target which of them is the truth`,
    )
  if (named !== undefined && !header.includes(named)) refuse(`has no column "${named}"`)
  return { features: places, target: named === undefined ? undefined : header.indexOf(named) }
}

/** An empty cell is a missing value; what should be a number and is none is left as it is, and counted as such. */
function valueOf(cell: string, { kind }: Feature): Row[string] {
  if (cell === '') return null
  if (kind === 'category') return cell
  const number = Number(cell)
  return Number.isNaN(number) ? (/^nan$/i.test(cell) ? null : cell) : number
}

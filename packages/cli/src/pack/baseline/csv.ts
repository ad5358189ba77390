import { HomingError } from '@homing/protocol'

/** A table as text: what a first line says, where it holds no number, and the cells below it. */
export interface CsvTable {
  /** Undefined where the first line is one of numbers, hence of data. */
  readonly header?: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

const separators = [',', ';', '\t'] as const

/**
 * Reads comma-, semicolon- or tab-separated values (RFC 4180): the separator is the one that the first line has most of; cells
 * may be quoted, and hold separators, line ends and doubled quotes then.
 * @throws HomingError DATA_INVALID naming `what` and the line.
 */
export function parseCsv(text: string, what: string): CsvTable {
  const [firstLine = ''] = text.split(/\r?\n/, 1)
  const counts = separators.map((separator) => firstLine.split(separator).length)
  const separator = separators[counts.indexOf(Math.max(...counts))]!
  const rows = cellsOf(text.replace(/^\uFEFF/, ''), separator, what)
  const [first] = rows
  if (!first) throw new HomingError('DATA_INVALID', `${what} is empty`)
  const uneven = rows.findIndex((row) => row.length !== first.length)
  if (uneven >= 0)
    throw new HomingError(
      'DATA_INVALID',
      `Row ${uneven + 1} of ${what} has ${rows[uneven]!.length} cells where the first has ${first.length}`,
    )
  if (first.some((cell) => cell !== '' && Number.isFinite(Number(cell)))) return { rows }
  if (rows.length === 1) throw new HomingError('DATA_INVALID', `${what} has a header and no row`)
  return { header: first, rows: rows.slice(1) }
}

function cellsOf(text: string, separator: string, what: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let at = 0
  while (at < text.length) {
    const cell =
      text[at] === '"' ? quotedCell(text, at, what, rows.length + 1) : plainCell(text, at, separator)
    row.push(cell.value)
    at = cell.end
    if (text[at] === separator) {
      at += 1
      if (at === text.length) row.push('')
      continue
    }
    if (at < text.length && text[at] !== '\n' && text[at] !== '\r')
      throw new HomingError('DATA_INVALID', `Row ${rows.length + 1} of ${what} has text behind a quoted cell`)
    at += text[at] === '\r' && text[at + 1] === '\n' ? 2 : 1
    if (row.length > 1 || row[0] !== '') rows.push(row) // an empty line is no row
    row = []
  }
  if (row.length > 0) rows.push(row)
  return rows
}

function plainCell(text: string, start: number, separator: string): { value: string; end: number } {
  let end = start
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end++
  return { value: text.slice(start, end).trim(), end }
}

function quotedCell(text: string, start: number, what: string, row: number): { value: string; end: number } {
  let value = ''
  for (let at = start + 1; at < text.length;) {
    const quote = text.indexOf('"', at)
    if (quote < 0) break
    value += text.slice(at, quote)
    if (text[quote + 1] !== '"') return { value, end: quote + 1 }
    value += '"'
    at = quote + 2
  }
  throw new HomingError('DATA_INVALID', `Row ${row} of ${what} opens a quote and closes none`)
}

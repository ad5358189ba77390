import { round } from './statistics.ts'
import type { Row } from './row.ts'

const headings = ['id', 'ours', 'unit', 'target', 'met', 'peers', 'samples'] as const

/** Whether a row meets its target; undefined where there is none, or nothing was measured. */
export function meets({ ours, target }: Pick<Row, 'ours' | 'target'>): boolean | undefined {
  const bound = /^(<=|>=)\s*([\d.]+)$/.exec(target)
  if (!bound || ours === null) return undefined
  return bound[1] === '<=' ? ours <= Number(bound[2]) : ours >= Number(bound[2])
}

function cells(row: Row): string[] {
  const met = meets(row)
  const peers = Object.entries(row.peers).map(([name, value]) => `${name} ${round(value)}`)
  return [
    row.id,
    row.ours === null ? '-' : String(round(row.ours)),
    row.unit,
    row.target,
    met === undefined ? '' : met ? 'yes' : 'NO',
    peers.join(', '),
    String(row.samples),
  ]
}

/** The rows as lines for a terminal, each note below its row. */
export function table(rows: readonly Row[]): string {
  const all = [[...headings], ...rows.map(cells)]
  const widths = headings.map((_, column) => Math.max(...all.map((line) => line[column]!.length)))
  const printed = all.map((line) =>
    line
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  )
  return [printed[0], ...rows.flatMap((row, i) => [printed[i + 1], `  ${row.note}`])].join('\n')
}

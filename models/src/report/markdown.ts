/** A Markdown table: header, then rows. Numbers are right-aligned. */
export function markdownTable(
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const rule = header.map((_, column) =>
    rows.every((row) => typeof row[column] === 'number' || /^[\d.,%–-]+$/.test(String(row[column])))
      ? '---:'
      : '---',
  )
  return [header, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/** Hyperparameters or data as a two-column table, nested settings as JSON, without those that are undefined. */
export function settingsTable(
  settings: Readonly<Record<string, string | number | boolean | object | undefined>>,
): string {
  const rows = Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [
      name,
      typeof value === 'object' ? `\`${JSON.stringify(value)}\`` : String(value),
    ])
  return markdownTable(['setting', 'value'], rows)
}

/** A share as a percentage. */
export const percent = (share: number, digits = 2): string => `${(100 * share).toFixed(digits)}%`

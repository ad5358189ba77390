import { HomingError } from '@homing/protocol'

/** Marks of the part of a page that is written by `pnpm --filter @homing/models compare`. */
const [from, to] = ['<!-- runs -->', '<!-- /runs -->']

/** The page with `table` between the marks. @throws HomingError DATA_INVALID where they are missing */
export function withTable(page: string, table: string): string {
  const [start, end] = [page.indexOf(from), page.indexOf(to)]
  if (start === -1 || end < start)
    throw new HomingError('DATA_INVALID', `The page lacks the marks ${from} and ${to}`)
  return `${page.slice(0, start + from.length)}\n\n${table}\n\n${page.slice(end)}`
}

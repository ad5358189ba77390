import { readFile } from 'node:fs/promises'

import { HomingError, parseJsonBytes, parseWith, type Report, ReportSchema } from '@homing/protocol'

/**
 * A report that `homing.report()` gave, as a JSON file.
 * @throws HomingError CONFIG_INVALID when it cannot be read, or is none.
 */
export async function readReport(path: string): Promise<Report> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    throw new HomingError('CONFIG_INVALID', `The report ${path} cannot be read`, { cause })
  })
  const what = `The report ${path}`
  return parseWith(ReportSchema, parseJsonBytes(bytes, 'CONFIG_INVALID', what), 'CONFIG_INVALID', what)
}

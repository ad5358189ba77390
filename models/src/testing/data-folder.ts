import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import type { TestContext } from 'vitest'

/** Where the data sets lie, unless `HOMING_DATA` says otherwise. */
export const dataFolder =
  process.env['HOMING_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url))

/** Ends a test that needs the data sets where there are none, and says so. */
export function needsData({ skip }: TestContext): void {
  skip(!existsSync(dataFolder), `the data folder ${dataFolder} is missing; set HOMING_DATA`)
}

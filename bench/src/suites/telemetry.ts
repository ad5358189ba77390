import type { Row, Suite, SuiteContext } from '../harness/row.ts'
import { fuzz } from '../telemetry/fuzz.ts'
import { ingest } from '../telemetry/ingest.ts'
import { kills100 } from '../telemetry/kills.ts'
import { recordCost } from '../telemetry/record-cost.ts'

/** Row modules of `src/telemetry/`, in the order of the table. */
const modules: readonly Suite[] = [() => Promise.resolve([recordCost()]), ingest, kills100, fuzz]

/** What telemetry costs the server, and what it survives. */
export async function telemetry(context: SuiteContext): Promise<Row[]> {
  const rows: Row[] = []
  for (const measure of modules) rows.push(...(await measure(context)))
  return rows
}

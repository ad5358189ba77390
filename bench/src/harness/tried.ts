import { type Row, unmeasured } from './row.ts'

/** What is known of a row before it is measured. */
export type PlannedRow = Pick<Row, 'id' | 'unit' | 'target'>

/** What `measure` gives; where it fails, its rows with the reason in the place of figures: the others are measured all the same. */
export async function tried(
  rows: readonly PlannedRow[],
  measure: () => Promise<readonly Row[]>,
): Promise<readonly Row[]> {
  try {
    return await measure()
  } catch (error) {
    return rows.map((row) => unmeasured(row, String(error).split('\n')[0]!))
  }
}

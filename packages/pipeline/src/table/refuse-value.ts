import { HomingError } from '@homing/protocol'

/** Refuses one cell with INPUT_VALUE: `check` says which rule it broke. */
export function refuseValue(feature: string, row: number, check: string, problem: string): never {
  throw new HomingError('INPUT_VALUE', `Feature "${feature}" of row ${row} ${problem}`, {
    details: { feature, row, check },
  })
}

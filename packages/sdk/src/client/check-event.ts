import { HomingError } from '@homing/protocol'

/**
 * Refuses what could not be kept or aggregated.
 * @throws HomingError INPUT_NAME for an event without a name, INPUT_VALUE for a field that is no finite number.
 */
export function checkEvent(event: unknown, fields: unknown): void {
  if (typeof event !== 'string' || event === '') {
    throw new HomingError('INPUT_NAME', 'record() takes the name of an event first, such as record("visit").')
  }
  if (typeof fields !== 'object' || fields === null) {
    throw new HomingError('INPUT_VALUE', `The fields of event "${event}" must be an object of numbers.`)
  }
  for (const [field, value] of Object.entries(fields)) {
    if (Number.isFinite(value)) continue
    throw new HomingError('INPUT_VALUE', `Field "${field}" of event "${event}" must be a finite number.`, {
      details: { event, field },
    })
  }
}

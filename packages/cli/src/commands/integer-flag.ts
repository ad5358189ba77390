import { HomingError } from '@homing/protocol'

/** A flag that is a positive whole number. @throws HomingError CONFIG_INVALID */
export function integerFlag(text: string): number {
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text)
  throw new HomingError('CONFIG_INVALID', `"${text}" is no positive whole number`)
}

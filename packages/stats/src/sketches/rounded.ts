import { wireDigits } from './config.ts'

/** A float as it travels: in as many digits as a reader can use. */
export function rounded(value: number): number {
  return Number(value.toPrecision(wireDigits))
}

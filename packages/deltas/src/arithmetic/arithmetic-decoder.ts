import { adaptiveOdds } from './adaptive-odds.ts'
import type { BitCoder } from './bit-coder.ts'

/** The reading side: `start` begins one run of bits; what was learned stays from the one before. */
export interface ArithmeticDecoder extends BitCoder {
  /** Bits are read from `bytes`; behind their end lie zeros. */
  start(bytes: Uint8Array): void
}

/**
 * Reads what `arithmeticEncoder` wrote with the same model. Any bytes at all give some bits, and none throw: that they
 * are the right ones is for a hash of the result to say.
 */
export function arithmeticDecoder(contexts: number): ArithmeticDecoder {
  const odds = adaptiveOdds(contexts)
  let bytes = new Uint8Array(0) as Uint8Array
  let next = 0
  let range = 0
  let code = 0

  const pull = (): void => {
    code = ((code << 8) | (next < bytes.length ? bytes[next]! : 0)) >>> 0
    next++
  }
  const normalise = (): void => {
    while (range < 0x1000000) {
      pull()
      range = (range << 8) >>> 0
    }
  }

  return {
    start: (run) => {
      bytes = run
      next = 0
      code = 0
      range = 0xffffffff
      for (let byte = 0; byte < 4; byte++) pull()
    },
    bit: (context) => {
      const bound = Math.floor(range * odds.ofZero(context))
      const value = code < bound ? 0 : 1
      if (value === 0) range = bound
      else {
        code -= bound
        range -= bound
      }
      odds.learn(context, value)
      normalise()
      return value
    },
    bits: (count) => {
      range >>>= count
      const value = Math.min(Math.floor(code / range), (1 << count) - 1)
      code = (code - value * range) >>> 0
      normalise()
      return value
    },
  }
}

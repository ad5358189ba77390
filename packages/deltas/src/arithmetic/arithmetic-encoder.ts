import { adaptiveOdds } from './adaptive-odds.ts'
import type { BitCoder } from './bit-coder.ts'

/** The writing side: `finish` ends one run of bits and returns its bytes; what was learned stays for the next. */
export interface ArithmeticEncoder extends BitCoder {
  finish(): Uint8Array<ArrayBuffer>
}

const top = 2 ** 32

/**
 * A carry-propagating range coder (G. N. N. Martin 1979, in the byte-wise form of LZMA): `low` is the start of the
 * interval that the bits so far name, `range` its width, kept at 24 bits and more by giving out bytes.
 */
export function arithmeticEncoder(contexts: number): ArithmeticEncoder {
  const odds = adaptiveOdds(contexts)
  let out = new Uint8Array(1 << 16)
  let length = 0
  let low = 0
  let range = top - 1
  /** Bytes that a carry may still change: the last one below 255, and the 255s after it. */
  let held = -1
  let heldFull = 0

  const put = (byte: number): void => {
    if (length === out.length) {
      const larger = new Uint8Array(2 * length)
      larger.set(out)
      out = larger
    }
    out[length++] = byte
  }

  const shift = (): void => {
    if (low >= top || low < 0xff000000) {
      const carry = low >= top ? 1 : 0
      if (held >= 0) put(held + carry)
      for (; heldFull > 0; heldFull--) put((0xff + carry) & 0xff)
      held = (low >>> 24) & 0xff
    } else heldFull++
    low = (low % 0x1000000) * 256
  }

  const normalise = (): void => {
    while (range < 0x1000000) {
      shift()
      range *= 256
    }
  }

  return {
    bit: (context, value) => {
      const bound = Math.floor(range * odds.ofZero(context))
      if (value === 0) range = bound
      else {
        low += bound
        range -= bound
      }
      odds.learn(context, value)
      normalise()
      return value
    },
    bits: (count, value) => {
      const width = range >>> count
      const kept = value & ((1 << count) - 1)
      low += width * kept
      range = width
      normalise()
      return kept
    },
    finish: () => {
      // Any number in [low, low + range) will do: the one with the most zeros at its end, which need not be written.
      for (let zeros = 32; zeros >= 0; zeros -= 8) {
        const unit = 2 ** zeros
        const candidate = Math.ceil(low / unit) * unit
        if (candidate < low + range) {
          low = candidate
          break
        }
      }
      for (let byte = 0; byte < 5; byte++) shift()
      let end = length
      while (end > 0 && out[end - 1] === 0) end--
      const bytes = out.slice(0, end)
      length = 0
      low = 0
      range = top - 1
      held = -1
      heldFull = 0
      return bytes
    },
  }
}

/** Uniform random numbers without the edges of floating point. */
export interface RandomBits {
  /** A whole number from 0 to below `bound`, at most 2^32: every one exactly as likely. */
  below(bound: number): number
}

/** Words of 32 bits that are fetched at once. */
const fetchedWords = 256

/**
 * Bits of WebCrypto, which nobody can predict. What makes figures private must not come from `Math.random`: whoever guesses
 * its state takes the noise away again.
 */
export function cryptoBits(source: Pick<Crypto, 'getRandomValues'> = crypto): RandomBits {
  const words = new Uint32Array(fetchedWords)
  let next = fetchedWords
  return bitsFrom(() => {
    if (next === fetchedWords) {
      source.getRandomValues(words)
      next = 0
    }
    return words[next++]!
  })
}

/** Bits of `word`, which gives 32 at a time. */
export function bitsFrom(word: () => number): RandomBits {
  return {
    below(bound) {
      const fair = 2 ** 32 - (2 ** 32 % bound) // words from there on would favour small numbers
      let drawn = word()
      while (drawn >= fair) drawn = word()
      return drawn % bound
    },
  }
}

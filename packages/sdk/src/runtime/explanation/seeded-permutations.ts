/** Rounds after which a fresh state no longer shows its seed. */
const warmUp = 16

/** A function that gives one permutation of 0..count-1 after another, the same for the same seed (Fisher-Yates). */
export function seededPermutations(seed: number, count: number): () => Uint32Array {
  const uniform = seededUniform(seed)
  return () => {
    const order = Uint32Array.from({ length: count }, (_, i) => i)
    for (let i = count - 1; i > 0; i--) {
      const j = Math.floor(uniform() * (i + 1))
      ;[order[i], order[j]] = [order[j]!, order[i]!]
    }
    return order
  }
}

/** Numbers in [0, 1) from the generator sfc32 (C. Doty-Humphrey, PractRand). */
function seededUniform(seed: number): () => number {
  let [a, b, c, counter] = [0, seed >>> 0, 0x9e3779b9, 1]
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let i = 0; i < warmUp; i++) next()
  return () => next() / 2 ** 32
}

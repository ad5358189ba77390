/** Numbers from -1 to 1 that look random and are the same everywhere: a hash of their place (Knuth's multiplier). */
export function noise(shape: readonly number[], seed: number): Float32Array<ArrayBuffer> {
  const count = shape.reduce((product, size) => product * size, 1)
  return Float32Array.from({ length: count }, (_, index) => {
    const mixed = Math.imul(index + seed * 7919 + 1, 2654435761)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 31 - 1
  })
}

/**
 * `count` little-endian numbers of `width` bytes with their bytes grouped: the highest byte of each, then the next lower
 * byte of each, and so on. High bytes of changes are nearly all 0, which compressors see only when they lie together.
 */
export function groupBytes(numbers: Uint8Array, width: number, into: Uint8Array): void {
  const count = numbers.length / width
  for (let plane = 0; plane < width; plane++)
    for (let i = 0; i < count; i++) into[plane * count + i] = numbers[i * width + width - 1 - plane]!
}

/** The inverse of `groupBytes`. */
export function ungroupBytes(grouped: Uint8Array, width: number, into: Uint8Array): void {
  const count = grouped.length / width
  for (let plane = 0; plane < width; plane++)
    for (let i = 0; i < count; i++) into[i * width + width - 1 - plane] = grouped[plane * count + i]!
}

/** Which elements of an axis of `size` a slice takes (ONNX operators, Slice). */
export function sliceRange(
  size: number,
  start: number,
  end: number,
  step: number,
): { start: number; length: number } {
  const [low, high] = step > 0 ? [0, size] : [-1, size - 1]
  const clamp = (at: number, least: number): number =>
    Math.min(Math.max(at < 0 ? at + size : at, least), high)
  const first = clamp(start, 0)
  return { start: first, length: Math.max(0, Math.ceil((clamp(end, low) - first) / step)) }
}

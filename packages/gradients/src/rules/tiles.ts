import type { Emitter, ShapedValue } from '../emitter.ts'
import { unreached, type Windows } from '../windows.ts'

/** Whether the windows lie side by side from the first element on, none reaching beyond the last. */
export function areTiles(windows: Windows): boolean {
  const { kernel, strides, dilations, begin, end } = windows
  const alone = kernel.every(
    (size, axis) => strides[axis] === size && dilations[axis] === 1 && begin[axis] === 0 && end[axis] === 0,
  )
  return alone && unreached(windows).every((rest) => rest >= 0)
}

/** The elements that windows reach. */
export function crop(emit: Emitter, value: ShapedValue, windows: Windows): ShapedValue {
  const rest = unreached(windows)
  const counts = windows.input.map((size, axis) => size - rest[axis]!)
  return emit.slice(
    value,
    counts.map((_, axis) => axis + 2),
    counts.map(() => 0),
    counts,
  )
}

/** Zeros where no window reaches. */
export function uncrop(emit: Emitter, value: ShapedValue, windows: Windows): ShapedValue {
  const begin = value.shape.map(() => 0)
  return emit.pad(value, begin, [0, 0, ...unreached(windows)])
}

/** Each element repeated over a window. */
export function repeat(emit: Emitter, value: ShapedValue, kernel: readonly number[]): ShapedValue {
  const scales = emit.constant('float32', [value.shape.length], [1, 1, ...kernel])
  const shape = value.shape.map((dim, axis) => dim * (kernel[axis - 2] ?? 1))
  const attributes = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' }
  return emit.op('Resize', [value, undefined, scales], shape, attributes)
}

/** How many elements there are. */
export function volume(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1)
}

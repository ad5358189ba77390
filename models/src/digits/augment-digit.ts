import { side } from '../data/mnist.ts'
import type { Random } from '../random.ts'
import { augmentation, canvasSide } from './augmentation.ts'
import { thickness } from './stroke-thickness.ts'

/** Writes a randomly changed copy of a 28 x 28 digit into `canvas` (42 x 42), light ink on black. */
export function augmentDigit(digit: Uint8Array, random: Random, canvas: Uint8ClampedArray): void {
  const { rotation, shear, stretch, elastic, elasticPoints, contrast } = augmentation
  const source = thickness(digit, random)
  const angle = random.between(-rotation, rotation)
  const slant = random.between(-shear, shear)
  const ratio = Math.exp(random.between(-stretch, stretch))
  const gain = random.between(...contrast)
  const field = Float32Array.from({ length: 2 * elasticPoints ** 2 }, () => random.normal() * elastic)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const step = side / canvasSide
  for (let row = 0; row < canvasSide; row++) {
    for (let column = 0; column < canvasSide; column++) {
      const [u, v] = [(column + 0.5) * step - side / 2, (row + 0.5) * step - side / 2]
      const [x, y] = [(u + slant * v) * ratio, v / ratio]
      const [dx, dy] = displacement(field, column / (canvasSide - 1), row / (canvasSide - 1))
      const value = bilinear(source, cos * x - sin * y + dx + side / 2 - 0.5, sin * x + cos * y + dy + side / 2 - 0.5)
      canvas[row * canvasSide + column] = value === 0 ? 0 : (value - 128) * gain + 128
    }
  }
}

/** The elastic field (Simard et al. 2003) at (x, y) in [0, 1], interpolated between its control points. */
function displacement(field: Float32Array, x: number, y: number): [number, number] {
  const points = augmentation.elasticPoints
  const [px, py] = [x * (points - 1), y * (points - 1)]
  const [left, top] = [Math.min(Math.floor(px), points - 2), Math.min(Math.floor(py), points - 2)]
  const [fx, fy] = [px - left, py - top]
  const at = (offset: number): number => {
    const base = 2 * (top * points + left) + offset
    const upper = field[base]! * (1 - fx) + field[base + 2]! * fx
    const lower = field[base + 2 * points]! * (1 - fx) + field[base + 2 * points + 2]! * fx
    return upper * (1 - fy) + lower * fy
  }
  return [at(0), at(1)]
}

/** The value between pixels; black outside. */
function bilinear(image: ArrayLike<number>, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  if (left < -1 || top < -1 || left >= side || top >= side) return 0
  const [fx, fy] = [x - left, y - top]
  const pixel = (column: number, row: number): number =>
    column < 0 || row < 0 || column >= side || row >= side ? 0 : image[row * side + column]!
  const upper = pixel(left, top) * (1 - fx) + pixel(left + 1, top) * fx
  const lower = pixel(left, top + 1) * (1 - fx) + pixel(left + 1, top + 1) * fx
  return upper * (1 - fy) + lower * fy
}

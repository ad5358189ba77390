import { side } from '../data/mnist.ts'
import type { Random } from '../random.ts'
import { augmentation, canvasSide } from './augmentation.ts'
import { changeThickness, framedSide } from './stroke-thickness.ts'

const { rotation, shear, stretch, elastic, elasticPoints, contrast } = augmentation

/** Where each canvas column lies between the control points of the elastic field. */
const columnPlaces = Float32Array.from(
  { length: canvasSide },
  (_, at) => (at / (canvasSide - 1)) * (elasticPoints - 1),
)

/** Pixels of the original to one of the canvas. */
const step = side / canvasSide

/**
 * Writes a randomly changed copy of a 28 x 28 digit into `canvas` (42 x 42), light ink on black: stroke thickness,
 * contrast, rotation, shear, ratio of the axes, and an elastic field (Simard et al. 2003).
 */
export function augmentDigit(digit: Uint8Array, random: Random, canvas: Uint8ClampedArray): void {
  const source = changeThickness(digit, random)
  const angle = random.between(-rotation, rotation)
  const slant = random.between(-shear, shear)
  const ratio = Math.exp(random.between(-stretch, stretch))
  const gain = random.between(...contrast)
  const field = Float32Array.from({ length: 2 * elasticPoints ** 2 }, () => random.normal() * elastic)
  const rowField = new Float32Array(2 * elasticPoints)
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  // The middle of the original, in the frame of one black pixel around it.
  const middle = side / 2 + 0.5
  for (let row = 0; row < canvasSide; row++) {
    blendRow(field, columnPlaces[row]!, rowField)
    const v = (row + 0.5) * step - side / 2
    for (let column = 0; column < canvasSide; column++) {
      const x = ((column + 0.5) * step - side / 2 + slant * v) * ratio
      const y = v / ratio
      const place = columnPlaces[column]!
      const left = Math.min(Math.floor(place), elasticPoints - 2)
      const share = place - left
      const dx = rowField[2 * left]! * (1 - share) + rowField[2 * left + 2]! * share
      const dy = rowField[2 * left + 1]! * (1 - share) + rowField[2 * left + 3]! * share
      const value = bilinear(source, cos * x - sin * y + dx + middle, sin * x + cos * y + dy + middle)
      canvas[row * canvasSide + column] = value === 0 ? 0 : (value - 128) * gain + 128
    }
  }
}

/** The field between two rows of control points. */
function blendRow(field: Float32Array, place: number, into: Float32Array): void {
  const top = Math.min(Math.floor(place), elasticPoints - 2)
  const share = place - top
  const width = into.length
  for (let i = 0; i < width; i++)
    into[i] = field[top * width + i]! * (1 - share) + field[(top + 1) * width + i]! * share
}

/** The value between pixels of a framed digit; black outside. */
function bilinear(framed: Float32Array, x: number, y: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  if (left < 0 || top < 0 || left >= framedSide - 1 || top >= framedSide - 1) return 0
  const [fx, fy] = [x - left, y - top]
  const at = top * framedSide + left
  const upper = framed[at]! * (1 - fx) + framed[at + 1]! * fx
  const lower = framed[at + framedSide]! * (1 - fx) + framed[at + framedSide + 1]! * fx
  return upper * (1 - fy) + lower * fy
}

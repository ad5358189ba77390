import type { RgbaImage } from '@homing/pipeline'

/** Points of a stroke in a unit square, x to the right and y down. */
export type Stroke = readonly (readonly [number, number])[]

const arc = (cx: number, cy: number, rx: number, ry: number, from: number, to: number): Stroke =>
  Array.from({ length: 25 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / 24) * Math.PI) / 180
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)] as const
  })

/** How the ten digits may be drawn: angles in degrees, clockwise from the right. */
export const digitStrokes: readonly (readonly Stroke[])[] = [
  [arc(0.5, 0.5, 0.3, 0.45, -90, 270)],
  [
    [
      [0.38, 0.2],
      [0.5, 0.05],
      [0.5, 0.95],
    ],
  ],
  [[...arc(0.5, 0.3, 0.28, 0.25, 190, 390), [0.2, 0.95], [0.82, 0.95]]],
  [[...arc(0.45, 0.28, 0.28, 0.23, 200, 440), ...arc(0.45, 0.72, 0.32, 0.23, -80, 150)]],
  [
    [
      [0.25, 0.05],
      [0.18, 0.55],
      [0.8, 0.55],
    ],
    [
      [0.65, 0.08],
      [0.62, 0.95],
    ],
  ],
  [[[0.75, 0.05], [0.3, 0.07], [0.26, 0.45], ...arc(0.45, 0.67, 0.32, 0.27, -110, 140)]],
  [[[0.65, 0.05], [0.35, 0.35], ...arc(0.5, 0.7, 0.27, 0.25, 190, 540)]],
  [
    [
      [0.2, 0.08],
      [0.8, 0.08],
      [0.42, 0.95],
    ],
  ],
  [[...arc(0.5, 0.28, 0.24, 0.23, 90, 450), ...arc(0.5, 0.73, 0.28, 0.22, -90, 270)]],
  [[...arc(0.5, 0.3, 0.26, 0.24, 20, 380), [0.74, 0.35], [0.66, 0.95]]],
]

/** Where and how a drawing lies on a square canvas; lengths in pixels. */
export interface Placement {
  readonly canvas: number
  readonly left: number
  readonly top: number
  readonly size: number
  readonly pen: number
}

/** Strokes with a round pen, dark on white, as a page's canvas gives them. */
export function drawStrokes(
  strokes: readonly Stroke[],
  { canvas, left, top, size, pen }: Placement,
): RgbaImage {
  const data = new Uint8ClampedArray(canvas * canvas * 4).fill(255)
  const segments = strokes.flatMap((stroke) =>
    stroke
      .slice(1)
      .map(
        (end, i) =>
          [stroke[i]!, end].flat().map((value, at) => value * size + (at % 2 ? top : left)) as [
            number,
            number,
            number,
            number,
          ],
      ),
  )
  for (let y = 0; y < canvas; y++) {
    for (let x = 0; x < canvas; x++) {
      const distance = Math.min(...segments.map((segment) => distanceTo(segment, x + 0.5, y + 0.5)))
      const light = Math.min(Math.max(distance - pen / 2 + 0.5, 0), 1)
      data.fill(20 + 235 * light, (y * canvas + x) * 4, (y * canvas + x) * 4 + 3)
    }
  }
  return { width: canvas, height: canvas, data }
}

function distanceTo([x1, y1, x2, y2]: [number, number, number, number], x: number, y: number): number {
  const [dx, dy] = [x2 - x1, y2 - y1]
  const share = Math.min(Math.max(((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy || 1), 0), 1)
  return Math.hypot(x - x1 - share * dx, y - y1 - share * dy)
}

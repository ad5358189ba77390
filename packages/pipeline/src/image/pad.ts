import { type Frame, sourceOf } from './frame.ts'

/** What comes to the middle of the canvas: the middle of the frame, or its centre of mass. */
export type Centre = 'frame' | 'mass'

/**
 * Lays the frame on a canvas of `value`. What is larger than the canvas is cut on both sides.
 * `mass` is the convention of MNIST (LeCun, Cortes, Burges): the centre of mass comes to the centre of the canvas,
 * moved by whole pixels, and no further than the frame stays on the canvas. A blank frame has no mass: its middle counts.
 */
export function pad(
  frame: Frame,
  canvas: { width: number; height: number; value: number; centre: Centre },
): Frame {
  const { channels } = frame
  const { width, height, value } = canvas
  const middle = canvas.centre === 'mass' ? centreOfMass(frame, value) : middleOf(frame)
  const left = place(width, frame.width, middle.x)
  const top = place(height, frame.height, middle.y)
  const data = new Float32Array(width * height * channels).fill(value)
  const [fromX, toX] = [Math.max(0, -left), Math.min(frame.width, width - left)]
  for (let y = Math.max(0, -top); y < Math.min(frame.height, height - top); y++) {
    const from = y * frame.width * channels
    const to = ((top + y) * width + left + fromX) * channels
    data.set(frame.data.subarray(from + fromX * channels, from + toX * channels), to)
  }
  return { width, height, channels, data, source: sourceOf(frame, { left: -left, top: -top, width, height }) }
}

function place(canvas: number, size: number, middle: number): number {
  const room = canvas - size
  return Math.min(Math.max(Math.round(canvas / 2 - middle), Math.min(0, room)), Math.max(0, room))
}

function middleOf({ width, height }: Frame): { x: number; y: number } {
  return { x: width / 2, y: height / 2 }
}

/** Mass is the distance from the canvas value, so it works for light ink on black and dark ink on white. */
function centreOfMass(frame: Frame, background: number): { x: number; y: number } {
  const { width, height, channels, data } = frame
  let [mass, x, y] = [0, 0, 0]
  let at = 0
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < channels; channel++) {
        const weight = Math.abs(data[at++]! - background)
        mass += weight
        x += weight * (column + 0.5)
        y += weight * (row + 0.5)
      }
    }
  }
  return mass > 0 ? { x: x / mass, y: y / mass } : middleOf(frame)
}

import { penWidth } from '../config.ts'

/** A place on the drawing, in its pixels. */
export interface Point {
  readonly x: number
  readonly y: number
}

const paper = '#ffffff'
const ink = '#14161c'

/** A pen on a canvas. The pixels are dark ink on white whatever the theme: that is what the model was trained for. */
export interface Pen {
  down(point: Point): void
  /** `pressure` from 0 to 1; 0.5 is a pen's usual and a mouse's only one. */
  move(point: Point, pressure?: number): void
  up(): void
}

/** Makes the whole sheet white. */
export function blankSheet(context: CanvasRenderingContext2D): void {
  context.fillStyle = paper
  context.fillRect(0, 0, context.canvas.width, context.canvas.height)
}

/** Curves through the midpoints of the points, so that few points still make a round line. */
export function createPen(context: CanvasRenderingContext2D): Pen {
  let last: Point | undefined
  let middle: Point | undefined

  const stroke = (from: Point, control: Point, to: Point, pressure: number) => {
    context.strokeStyle = ink
    context.lineCap = 'round'
    context.lineJoin = 'round'
    context.lineWidth = penWidth * (0.7 + 0.6 * pressure)
    context.beginPath()
    context.moveTo(from.x, from.y)
    context.quadraticCurveTo(control.x, control.y, to.x, to.y)
    context.stroke()
  }

  return {
    down(point) {
      last = point
      middle = point
      stroke(point, point, point, 0.5)
    },
    move(point, pressure = 0.5) {
      if (!last || !middle) return
      const next = { x: (last.x + point.x) / 2, y: (last.y + point.y) / 2 }
      stroke(middle, last, next, pressure)
      last = point
      middle = next
    },
    up() {
      if (last && middle) stroke(middle, last, last, 0.5)
      last = undefined
      middle = undefined
    },
  }
}

import { samplePenSpeed } from '../config.ts'
import { svgElement } from '../dom/element.ts'
import type { Pen, Point } from './ink.ts'
import { sampleStrokes } from './sample-strokes.ts'

/** Side of the square that the sample paths are drawn in. */
const sampleSize = 100

/** Pixels between two points of a sample. */
const spacing = 7

/** The points of a sample digit's strokes on a sheet of `size` pixels. */
function pointsOf(digit: number, size: number): Point[][] {
  return (sampleStrokes[digit] ?? []).map((d) => {
    const path = svgElement('path', { d })
    const length = path.getTotalLength()
    const scale = size / sampleSize
    const count = Math.max(2, Math.round((length * scale) / spacing))
    return Array.from({ length: count + 1 }, (_, index) => {
      const { x, y } = path.getPointAtLength((length * index) / count)
      return { x: x * scale, y: y * scale }
    })
  })
}

/**
 * Writes a sample digit as a hand would, stroke by stroke; at once for people who asked for less motion.
 * Returns the way to stop.
 */
export function writeSample(digit: number, size: number, pen: Pen, onInk: () => void): () => void {
  const strokes = pointsOf(digit, size)
  const moves = strokes.flatMap((points) => [
    ...points.map((point, index) => () => (index === 0 ? pen.down(point) : pen.move(point))),
    () => pen.up(),
  ])
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  const perMillisecond = still ? Infinity : samplePenSpeed / spacing / 1000
  const start = performance.now()
  let done = 0
  let frame = 0

  const step = (now: number) => {
    // A frame's time may lie before the click that asked for it.
    const due = Math.min(
      moves.length,
      still ? moves.length : Math.ceil(Math.max(0, now - start) * perMillisecond),
    )
    for (; done < due; done += 1) moves[done]?.()
    onInk()
    if (done < moves.length) frame = requestAnimationFrame(step)
  }
  step(start)
  return () => {
    cancelAnimationFrame(frame)
    pen.up()
  }
}

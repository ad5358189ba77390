import { keyboardPenSpeed } from '../config.ts'
import type { Pen, Point } from './ink.ts'

const directions: Readonly<Record<string, Point>> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}

/**
 * Lets the keyboard draw: arrow keys, two at once for a slant, move the pen; it writes while Space is held.
 * `onMove` tells where the pen is, as shares of the sheet.
 */
export function drawWithKeyboard(
  canvas: HTMLCanvasElement,
  pen: Pen,
  onInk: () => void,
  onMove: (place: Point) => void,
): void {
  const held = new Set<string>()
  let place: Point = { x: canvas.width / 2, y: canvas.height / 4 }
  let frame: number | undefined
  let before = 0

  const inside = (value: number, size: number) => Math.min(Math.max(value, 0), size)
  const tell = () => onMove({ x: place.x / canvas.width, y: place.y / canvas.height })

  const step = (now: number) => {
    const steps = [...held].map((key) => directions[key]).filter((step) => step !== undefined)
    const x = steps.reduce((sum, step) => sum + step.x, 0)
    const y = steps.reduce((sum, step) => sum + step.y, 0)
    // A frame that came late (a busy machine) must not throw the pen across the sheet.
    const way = (keyboardPenSpeed * Math.min(now - before, 50)) / 1000 / (Math.hypot(x, y) || 1)
    before = now
    place = { x: inside(place.x + x * way, canvas.width), y: inside(place.y + y * way, canvas.height) }
    tell()
    if (held.has(' ')) {
      pen.move(place)
      onInk()
    }
    frame = steps.length > 0 ? requestAnimationFrame(step) : undefined
  }

  canvas.addEventListener('keydown', (event) => {
    if (event.key !== ' ' && !directions[event.key]) return
    event.preventDefault()
    if (event.repeat) return
    held.add(event.key)
    if (event.key === ' ') {
      pen.down(place)
      onInk()
    }
    if (frame === undefined && event.key !== ' ') {
      before = performance.now()
      frame = requestAnimationFrame(step)
    }
  })
  const release = (key: string) => {
    if (!held.delete(key) || key !== ' ') return
    pen.up()
    onInk()
  }
  canvas.addEventListener('keyup', ({ key }) => release(key))
  canvas.addEventListener('blur', () => [...held].forEach(release))
  canvas.addEventListener('focus', tell)
}

import type { Pen, Point } from './ink.ts'

/** Lets mouse, finger and pen draw on a canvas. One pointer draws at a time. */
export function drawWithPointer(canvas: HTMLCanvasElement, pen: Pen, onInk: () => void): void {
  let drawing: number | undefined

  const place = ({ clientX, clientY }: PointerEvent): Point => {
    const box = canvas.getBoundingClientRect()
    return {
      x: ((clientX - box.left) / box.width) * canvas.width,
      y: ((clientY - box.top) / box.height) * canvas.height,
    }
  }
  // Only pens tell a pressure worth the name: a mouse says 0.5, some fingers 0 or 1.
  const pressure = ({ pointerType, pressure }: PointerEvent) => (pointerType === 'pen' ? pressure : 0.5)

  canvas.addEventListener('pointerdown', (event) => {
    if (drawing !== undefined || event.button !== 0) return
    drawing = event.pointerId
    canvas.setPointerCapture(event.pointerId)
    pen.down(place(event))
    onInk()
  })
  canvas.addEventListener('pointermove', (event) => {
    if (event.pointerId !== drawing) return
    // Between two frames a pointer reports several places; without them quick strokes have corners.
    const events = event.getCoalescedEvents()
    for (const step of events.length > 0 ? events : [event]) pen.move(place(step), pressure(step))
    onInk()
  })
  const lift = (event: PointerEvent) => {
    if (event.pointerId !== drawing) return
    drawing = undefined
    pen.up()
    onInk()
  }
  canvas.addEventListener('pointerup', lift)
  canvas.addEventListener('pointercancel', lift)
}

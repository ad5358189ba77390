import { padSize } from '../config.ts'
import { element } from '../dom/element.ts'
import { blankSheet, createPen, type Point } from './ink.ts'
import { drawWithKeyboard } from './keyboard-drawing.ts'
import { drawWithPointer } from './pointer-drawing.ts'
import { writeSample } from './sample-digit.ts'

/** A sheet to draw on. */
export interface DrawingPad {
  readonly node: HTMLElement
  readonly canvas: HTMLCanvasElement
  isBlank(): boolean
  clear(): void
  /** Clears the sheet and writes a sample digit. */
  write(digit: number): void
}

/** A white square that mouse, finger, pen and keyboard draw on; `onChange` is called after every change. */
export function createDrawingPad(onChange: () => void): DrawingPad {
  const canvas = element('canvas', {
    class: 'pad-canvas',
    width: padSize,
    height: padSize,
    tabindex: 0,
    role: 'application',
    'aria-label': 'Sheet for one digit',
    'aria-describedby': 'pad-keys',
  })
  const cursor = element('span', { class: 'pad-cursor', 'aria-hidden': 'true' })
  const hint = element('span', { class: 'pad-hint', 'aria-hidden': 'true' }, 'Draw a digit here')
  const node = element('div', { class: 'pad' }, canvas, cursor, hint)

  // Read back at every prediction: kept in memory rather than on the graphics card.
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true })
  if (!context) throw new Error('This browser gives no drawing canvas')
  const pen = createPen(context)
  let blank = true
  let stopSample = () => {}

  const change = (empty: boolean) => {
    blank = empty
    node.classList.toggle('pad-inked', !empty)
    onChange()
  }
  const onInk = () => change(false)
  const clear = () => {
    stopSample()
    stopSample = () => {}
    blankSheet(context)
    change(true)
  }
  const moveCursor = ({ x, y }: Point) => {
    cursor.style.setProperty('--x', `${(x * 100).toFixed(2)}%`)
    cursor.style.setProperty('--y', `${(y * 100).toFixed(2)}%`)
  }

  blankSheet(context)
  drawWithPointer(canvas, pen, onInk)
  drawWithKeyboard(canvas, pen, onInk, moveCursor)
  canvas.addEventListener('pointerdown', () => stopSample(), { capture: true })

  return {
    node,
    canvas,
    isBlank: () => blank,
    clear,
    write(digit) {
      clear()
      stopSample = writeSample(digit, padSize, pen, onInk)
    },
  }
}
